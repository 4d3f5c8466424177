"use strict";
const collator = new Intl.Collator("en", {numeric: true, sensitivity: "base"});
const compare = {
  number: (a, b) => (a > b) - (a < b),
  text: collator.compare,
};

function sort(table, column) {
  const heads = table.tHead.rows[0].cells, body = table.tBodies[0];
  const kind = heads[column].className === "n" ? "number" : "text";
  const sign = heads[column].getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const key = cell => kind === "number"
    ? (cell.dataset.v === "" ? null : Number(cell.dataset.v))
    : (cell.textContent === "–" ? null : cell.textContent);
  const rows = Array.from(body.rows, row => [key(row.cells[column]), row]);
  rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : sign * compare[kind](a, b));
  const sorted = document.createDocumentFragment();
  for (const [, row] of rows) sorted.append(row);
  body.append(sorted);
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[column].setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
}

for (const part of document.querySelectorAll("details")) {
  const table = part.querySelector("table"), rows = table.tBodies[0].rows;
  const input = part.querySelector("input"), all = part.querySelector(".all"), count = part.querySelector("[role=status]");
  const show = () => {
    const words = input ? input.value.toLowerCase().split(/\s+/) : [];
    const limit = all && !all.hidden ? Number(all.dataset.rows) : Infinity;
    let matching = 0;
    for (const row of rows) {
      const text = words.join("") && Array.from(row.cells, cell => cell.textContent).join("\n").toLowerCase();
      row.hidden = !words.every(word => text.includes(word)) || ++matching > limit;
    }
    if (count) count.textContent = `${matching} of ${rows.length} rows${matching > limit ? `, the first ${limit} shown` : ""}`;
  };
  Array.from(table.tHead.rows[0].cells, (head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => { sort(table, column); show(); });
    head.append(button);
  });
  for (const control of part.querySelectorAll(".filter, .all")) control.hidden = false;
  if (input) input.addEventListener("input", show);
  if (all) all.addEventListener("click", () => { all.hidden = true; show(); part.querySelector(".scroll").focus(); });
  if (all) show();
}

for (const link of document.querySelectorAll("figure a")) {
  link.href = link.closest("figure").querySelector("img").src;
  link.hidden = false;
}

addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
