/**
 * A model's family by its name: "qwen" for "Qwen/Qwen2.5-7B-Instruct", "gpt" for "gpt-4o". Empty if the name has no
 * letters.
 */
export function familyOf(model: string): string {
  const name =
    model
      .split(/[/#:\\]/)
      .filter((part) => part !== '')
      .at(-1) ?? '';
  return /^[a-z]*/.exec(name.toLowerCase())?.[0] ?? '';
}

/** Systems of the judge's own family by name, since judges favour their own family. */
export function sameFamily(judge: string, systems: readonly string[]): string[] {
  const family = familyOf(judge);
  return family === '' ? [] : systems.filter((system) => familyOf(system) === family);
}
