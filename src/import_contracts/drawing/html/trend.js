"use strict";
// Tooltips: what is known of a point is its label. The same point is marked in all charts.

const figures = [...document.querySelectorAll("figure")].map((figure) => ({
  figure,
  tip: figure.querySelector(".tip"),
  points: [...figure.querySelectorAll(".point")],
}));

function hide() {
  for (const { tip, points } of figures) {
    tip.hidden = true;
    points.forEach((point) => point.classList.remove("at"));
  }
}

function show(chart, at) {
  hide();
  figures.forEach(({ points }) => points[at].classList.add("at"));
  const { figure, tip, points } = chart;
  tip.textContent = points[at].getAttribute("aria-label");
  tip.hidden = false;
  const around = figure.getBoundingClientRect();
  const hair = points[at].querySelector(".hair").getBoundingClientRect().left - around.left;
  const isRight = hair > around.width / 2;
  const left = isRight ? hair - tip.offsetWidth - 10 : hair + 10;
  tip.style.left = `${Math.max(0, Math.min(left, around.width - tip.offsetWidth))}px`;
}

function focusOn({ points }, at) {
  points.forEach((point, number) => point.setAttribute("tabindex", number === at ? 0 : -1));
  points[at].focus();
}

for (const chart of figures) {
  const { figure, points } = chart;
  const last = points.length - 1;
  points.forEach((point, at) => {
    point.addEventListener("pointerenter", () => show(chart, at));
    point.addEventListener("focus", () => show(chart, at));
    point.addEventListener("blur", hide);
    point.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (event.key === "Escape") hide();
      if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      focusOn(chart, Math.max(0, Math.min(to, last)));
    });
  });
  figure.addEventListener("pointerleave", hide);
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
