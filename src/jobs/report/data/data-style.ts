/** Additional styles of data pages. */
export const DATA_STYLE = `
.step { border-top: 1px solid var(--rule); padding: 12px 0 4px; margin-top: 12px; } .step td:first-child { width: 80px; color: var(--soft); }
.rows { max-height: 420px; overflow-y: auto; padding-left: 30px; } .rows li { margin-bottom: 8px; } .rows .said { font-size: 13.5px; }
.tiles a, td a { text-decoration-thickness: 1px; text-underline-offset: 3px; }
`;
