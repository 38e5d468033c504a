// Signs in with what Telegram signed, where Telegram opened this page; whoever is in already goes on.
import { initData } from "./telegram.js";

const words = document.getElementById("words");
const goOn = () => location.replace("/desk/roster");

async function signIn() {
  words.textContent = words.dataset.wait;
  try {
    const answer = await fetch("/desk/sign-in", { method: "POST", body: new URLSearchParams({ init_data: initData }) });
    if (answer.status === 204) goOn();
    else words.textContent = answer.status < 500 ? await answer.text() : words.dataset.failed;
  } catch {
    words.textContent = words.dataset.failed;
  }
}

if (initData) signIn();
else if (words.dataset.in === "yes") goOn();
