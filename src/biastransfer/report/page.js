"use strict";
(() => {
  const missing = "–";
  const value = (cell, numeric) => {
    const text = cell.textContent.trim();
    if (text === missing || text === "") return null;
    if (!numeric) return text.toLowerCase();
    return cell.dataset.v !== undefined ? Number(cell.dataset.v) : Number(text.replaceAll(",", ""));
  };
  const say = (table, words) => { table.closest(".table").querySelector("[role=status]").textContent = words; };

  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const ascending = head.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        const numeric = head.classList.contains("n");
        const keyed = [...body.rows].map((row) => [value(row.cells[column], numeric), row]);
        const order = numeric ? (a, b) => a - b : new Intl.Collator("en", { numeric: true }).compare;
        keyed.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : (ascending ? order(a, b) : order(b, a)));
        body.append(...keyed.map(([, row]) => row));
        say(table, `Sorted by ${button.textContent}, ${ascending ? "ascending" : "descending"}`);
      });
    });
  }
  for (const input of document.querySelectorAll("input.filter")) {
    const table = document.getElementById(input.dataset.table);
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent.toLowerCase()).join(" "));
    input.parentElement.hidden = false;
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !words.every((word) => texts[place].includes(word));
        shown += !row.hidden;
      });
      say(table, `${shown} of ${rows.length} rows shown`);
    });
  }
  addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });
})();
