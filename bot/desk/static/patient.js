// A patient's page is fetched again whenever anything of the team has changed: what is the same must not move.

let shown = "";

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "patient-rest") return;
  if (detail.serverResponse === shown) detail.shouldSwap = false;
  shown = detail.serverResponse;
  const opened = document.getElementById("past-courses")?.open;
  document.body.addEventListener("htmx:afterSwap", () => {
    const past = document.getElementById("past-courses");
    if (past && opened !== undefined) past.open = opened;
  }, { once: true });
});
