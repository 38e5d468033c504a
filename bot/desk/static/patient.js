// A patient's page is fetched again whenever anything of the team has changed: what somebody has opened stays open.

const past = () => document.getElementById("past-courses");
let opened;

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id === "patient-rest") opened = past()?.open;
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "patient-rest" && past() && opened !== undefined) past().open = opened;
});
