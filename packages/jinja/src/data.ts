/** Template data, without the interpreter. */
export { plainJson } from './json.ts';
export { parseJson } from './parse-json.ts';
export { Dict, JsonText } from './values.ts';
