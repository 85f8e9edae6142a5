"use strict";
const form = document.querySelector(".filter");
const groups = [...document.querySelectorAll(".group")].map(element => ({
  element, open: element.open,
  rules: [...element.querySelectorAll(".rule")].map(rule => ({
    rule, title: rule.querySelector("h3").textContent.toLowerCase(), items: [...rule.querySelectorAll("li")]
  }))
}));
function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  const any = words.length || wanted.outcome || wanted.priority || wanted.category;
  let shown = 0;
  for (const group of groups) {
    let left = 0;
    const fits = !wanted.outcome || group.element.dataset.outcome === wanted.outcome;
    for (const {rule, title, items} of group.rules) {
      const of = fits && (!wanted.priority || rule.dataset.priority === wanted.priority) && (!wanted.category || rule.dataset.category === wanted.category);
      let some = 0;
      for (const item of items) {
        const match = of && words.every(word => item.dataset.text.includes(word) || title.includes(word));
        item.hidden = !match;
        some += match;
      }
      rule.hidden = !some;
      left += some;
    }
    group.element.hidden = !left;
    group.element.open = any ? left > 0 && left < 400 : group.open;
    shown += left;
  }
  form.querySelector("output").textContent = any ? shown + " shown" : "";
}
form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
document.addEventListener("keydown", event => {
  if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    event.preventDefault();
    form.elements.text.focus();
  }
});
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.closest("details")) target.closest("details").open = true;
}
addEventListener("hashchange", reveal);
addEventListener("beforeprint", () => groups.forEach(group => { if (group.element.dataset.outcome !== "passed") group.element.open = true; }));
reveal();
