/** Phones and paper. Comes last, so that it wins. */
export const MEDIA_STYLE = `
@media screen and (max-width: 720px) { main { padding: 24px 14px; } section { padding: 16px; } .settings { columns: 1; }
  .picture.wide { display: none; } .picture.narrow { display: block; }
  .systems thead { position: absolute; clip-path: inset(50%); } .systems, .systems tbody { display: block; }
  .systems tr { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); gap: 4px 12px; padding: 10px 0;
    border-bottom: 1px solid var(--rule); }
  .systems tr > * { border: 0; padding: 0; text-align: left; white-space: normal; }
  .systems th { grid-column: 1 / -1; }
  .systems td::before { content: attr(data-column); display: block; font-size: 12px; font-weight: 400; color: var(--soft); }
  .forest, .forest tbody, .forest tfoot { display: block; } .forest thead { display: none; }
  .forest tr { display: grid; grid-template: "name badge" auto "mark mark" auto "value gap" auto / 1fr auto; column-gap: 12px; padding: 10px 0 8px;
    border-bottom: 1px solid var(--rule); }
  .forest tbody th, .forest tbody tr:last-child > *, .forest td, .forest td.number, .forest .picture-cell { border: 0; padding: 0; width: auto; }
  .forest tr > .number:nth-child(2) { text-align: left; } .track::before { top: -2px; bottom: 0; }
  .forest tr > :nth-child(1) { grid-area: name; } .forest tr > :nth-child(2) { grid-area: value; } .forest tr > :nth-child(3) { grid-area: mark; }
  .forest tr > :nth-child(4) { grid-area: gap; text-align: right; } .forest tr > :nth-child(5) { grid-area: badge; text-align: right; }
  .forest tfoot tr { padding: 0; border: 0; } .forest tfoot td:empty { display: none; } .forest .chosen .picture-cell { display: none; }
  .forest td.number:nth-child(4)::before { content: "difference "; color: var(--soft); font-size: 12.5px; } }
@media print { @page { margin: 14mm; }
  :root { color-scheme: light; --page: #fff; --panel: #fff; --ink: #000; --soft: #444; --rule: #ccc; --sunk: #f1f0ec; --tone-1: #2459c9;
    --tone-2: #b8560b; --tone-3: #0f7a5f;
    --quiet: #777; --good: #14713d; --good-back: #e5f4ea; --fair: #7a4a00; --fair-back: #fbf0d9; --bad: #b3261e; --bad-back: #fbe9e7; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { background: none; font-size: 12px; } main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  figure, .tiles, .verdict, .sample, tr { break-inside: avoid; } section { border: 0; border-top: 1px solid var(--rule); border-radius: 0; padding: 14px 0; }
  .column, .controls, .more, .live { display: none; } .long { max-height: none; } .scroll { overflow: visible; }
  details.printed:not([open])::details-content { content-visibility: visible; block-size: auto; } }
`;
