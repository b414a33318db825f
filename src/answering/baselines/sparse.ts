/** A row with few non-zero values: `values[i]` is in column `columns[i]`. */
export interface SparseRow {
  columns: Int32Array;
  values: Float32Array;
}

/** Compressed sparse rows: row r is entries `offsets[r]` to `offsets[r + 1]` of columns and values. */
export interface SparseMatrix {
  rows: number;
  width: number;
  offsets: Float64Array;
  columns: Int32Array;
  values: Float32Array;
}

/** Collects rows of unknown total size; 8 bytes per entry. */
export function sparseMatrix(rows: readonly SparseRow[], width: number): SparseMatrix {
  const offsets = new Float64Array(rows.length + 1);
  for (const [index, row] of rows.entries()) offsets[index + 1] = offsets[index] + row.columns.length;
  const size = offsets[rows.length];
  const matrix = { rows: rows.length, width, offsets, columns: new Int32Array(size), values: new Float32Array(size) };
  for (const [index, row] of rows.entries()) {
    matrix.columns.set(row.columns, offsets[index]);
    matrix.values.set(row.values, offsets[index]);
  }
  return matrix;
}

/** The same entries grouped by column, each with the rows that contain it. */
export function transposed(matrix: SparseMatrix): SparseMatrix {
  const offsets = new Float64Array(matrix.width + 1);
  for (const column of matrix.columns) offsets[column + 1]++;
  for (let column = 0; column < matrix.width; column++) offsets[column + 1] += offsets[column];
  const next = offsets.slice(0, -1);
  const columns = new Int32Array(matrix.columns.length);
  const values = new Float32Array(matrix.columns.length);
  for (let row = 0; row < matrix.rows; row++) {
    for (let entry = matrix.offsets[row]; entry < matrix.offsets[row + 1]; entry++) {
      const place = next[matrix.columns[entry]]++;
      columns[place] = row;
      values[place] = matrix.values[entry];
    }
  }
  return { rows: matrix.width, width: matrix.rows, offsets, columns, values };
}
