// What Telegram tells a Mini App: signed words on who opened it, and its colours, both in the address after the #.
// Telegram's own script does the same and more; the desk asks no third party for anything, so it is read here.

const told = new URLSearchParams(location.hash.slice(1));
// It signs in: it must not stay in the address, the history, or what somebody copies.
if (told.has("tgWebAppData")) history.replaceState(null, "", location.pathname + location.search);

export const initData = told.get("tgWebAppData") ?? "";

const COLOURS = {
  bg_color: "--paper", secondary_bg_color: "--under", text_color: "--ink", hint_color: "--faint", link_color: "--link",
  button_color: "--accent", button_text_color: "--on-accent", destructive_text_color: "--alarm",
};

function colour(theme) {
  for (const [name, value] of Object.entries(theme)) {
    if (name in COLOURS && /^#[0-9a-f]{6}$/i.test(value)) document.documentElement.style.setProperty(COLOURS[name], value);
  }
  const paper = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(theme.bg_color ?? "");
  if (paper) {
    const [red, green, blue] = paper.slice(1).map((part) => parseInt(part, 16));
    document.documentElement.dataset.theme = red * 0.299 + green * 0.587 + blue * 0.114 < 128 ? "dark" : "light";
  }
}

const KEPT = "desk-theme";
function themed(json) {
  try {
    const theme = JSON.parse(json);
    colour(theme);
    sessionStorage.setItem(KEPT, json);
  } catch { /* no colours are better than a page that does not come */ }
}
function kept() {
  try { return sessionStorage.getItem(KEPT); } catch { return null; } // in a frame some browsers let nothing be kept
}
const theme = told.get("tgWebAppThemeParams") ?? kept();
if (theme) themed(theme);

// Whose frames the server allows.
const TELEGRAM = document.documentElement.dataset.framedBy.split(" ");
const framed = window.parent !== window;
export function tell(event, data = {}) {
  if (window.TelegramWebviewProxy) return window.TelegramWebviewProxy.postEvent(event, JSON.stringify(data));
  if (!framed) return;
  // Not every browser says who frames it; whom a message is not for never gets it.
  const known = TELEGRAM.filter((origin) => origin === location.ancestorOrigins?.[0]);
  for (const origin of known.length ? known : TELEGRAM) {
    window.parent.postMessage(JSON.stringify({ eventType: event, eventData: data }), origin);
  }
}

window.addEventListener("message", (message) => {
  if (!TELEGRAM.includes(message.origin) || typeof message.data !== "string") return;
  try {
    const { eventType, eventData } = JSON.parse(message.data);
    if (eventType === "theme_changed") themed(JSON.stringify(eventData.theme_params));
  } catch { /* not Telegram's */ }
});
tell("web_app_ready");
tell("web_app_expand");
