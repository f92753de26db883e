/* What a spreadsheet copies is lines of cells between tabs; a cell with a break in it is quoted. */
import { cellOf, idOf, rows } from "./grid-dom.js";

function tableOf(text) {
  const found = [[""]];
  let isQuoted = false;
  const clean = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < clean.length; at += 1) {
    const sign = clean[at];
    const line = found.at(-1);
    if (isQuoted) {
      if (sign !== '"') line[line.length - 1] += sign === "\n" ? " " : sign;
      else if (clean[at + 1] === '"') {
        line[line.length - 1] += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"' && line.at(-1) === "") isQuoted = true;
    else if (sign === "\t") line.push("");
    else if (sign === "\n") found.push([""]);
    else line[line.length - 1] += sign;
  }
  return found;
}

/*
 * The lines of a block: with two columns or more the first is the customer's code and the last the
 * target; with one it goes down from the row, or once into each row of the range. Blank cells are
 * left as they are; what goes beyond the last row is told, and never lost without a word.
 */
export function linesOf(text, row, range) {
  const block = tableOf(text);
  if (block.some((cells) => cells.length > 1)) {
    return block
      .map((cells) => ({ code: cells[0].trim(), text: cells.at(-1).trim() }))
      .filter((line) => line.code && line.text);
  }
  const all = rows();
  const single = block.length === 1 && range.length > 1;
  const start = all.indexOf(range.length > 1 ? range[0] : row);
  const values = single ? range.map(() => block[0]) : block;
  return values
    .map(([value], number) => ({ row: all[start + number], text: value.trim() }))
    .filter((line) => line.text)
    .map((line) =>
      line.row ? { customer: idOf(line.row), text: line.text } : { code: "", text: line.text },
    );
}

export function copied(range, column) {
  return range
    .map((row) => {
      const cell = cellOf(row, column);
      return cell?.selectedOptions?.[0]?.textContent ?? cell?.value ?? "";
    })
    .join("\n");
}
