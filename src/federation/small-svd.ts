/** Factorisations of matrices with few columns, in f64. */

/**
 * Modified Gram–Schmidt, twice for orthogonality to machine precision.
 * @returns orthonormal columns Q and the upper-triangular R by rows, with columns = Q R; columns that depend on
 * earlier ones become zeros
 */
export function orthonormalColumns(columns: readonly Float64Array[]): [Float64Array[], Float64Array[]] {
  const q = columns.map((column) => Float64Array.from(column));
  const r = q.map(() => new Float64Array(q.length));
  for (const [j, column] of q.entries()) {
    const before = norm(column);
    for (let turn = 0; turn < 2; turn++)
      for (let i = 0; i < j; i++) {
        const product = dot(q[i], column);
        r[i][j] += product;
        subtract(column, q[i], product);
      }
    const length = norm(column);
    if (length <= 1e-12 * before || length === 0) {
      column.fill(0);
      continue;
    }
    r[j][j] = length;
    for (let k = 0; k < column.length; k++) column[k] /= length;
  }
  return [q, r];
}

/**
 * One-sided Jacobi rotations of a square matrix given by rows.
 * @returns `u` and `v` by rows and the singular values, with matrix = U diag(values) Vᵀ
 */
export function singularValues(matrix: readonly (readonly number[])[]) {
  const size = matrix.length;
  // Columns of M V, and of V.
  const columns = Array.from({ length: size }, (_, j) => Float64Array.from(matrix, (row) => row[j]));
  const rotations = Array.from({ length: size }, (_, j) =>
    Float64Array.from({ length: size }, (_value, i) => +(i === j)),
  );
  for (let sweep = 0; sweep < 60 && rotateAll(columns, rotations); sweep++);
  const values = columns.map(norm);
  const u = Array.from({ length: size }, (_, i) =>
    columns.map((column, j) => (values[j] === 0 ? 0 : column[i] / values[j])),
  );
  const v = Array.from({ length: size }, (_, i) => rotations.map((column) => column[i]));
  return { u, v, values };
}

/** Makes every pair of columns orthogonal; false if all pairs already were. */
function rotateAll(columns: readonly Float64Array[], rotations: readonly Float64Array[]): boolean {
  let rotated = false;
  for (let i = 0; i < columns.length; i++)
    for (let j = i + 1; j < columns.length; j++) {
      const [a, b, c] = [dot(columns[i], columns[i]), dot(columns[j], columns[j]), dot(columns[i], columns[j])];
      if (Math.abs(c) <= 1e-15 * Math.sqrt(a * b) || c === 0) continue;
      rotated = true;
      const zeta = (b - a) / (2 * c);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
      const cosine = 1 / Math.sqrt(1 + tangent * tangent);
      for (const pair of [columns, rotations]) rotate(pair[i], pair[j], { cosine, sine: cosine * tangent });
    }
  return rotated;
}

function rotate(x: Float64Array, y: Float64Array, { cosine, sine }: { cosine: number; sine: number }): void {
  for (let k = 0; k < x.length; k++) [x[k], y[k]] = [cosine * x[k] - sine * y[k], sine * x[k] + cosine * y[k]];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function norm(column: Float64Array): number {
  return Math.sqrt(dot(column, column));
}

function subtract(from: Float64Array, other: Float64Array, scale: number): void {
  for (let k = 0; k < from.length; k++) from[k] -= scale * other[k];
}
