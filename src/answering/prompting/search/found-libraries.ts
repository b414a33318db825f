import type { Library } from '../prompting.ts';
import type { WayContext } from '../ways/way.ts';

/** Variants of the material shown with a question: rows and passages, passages alone, and each with only the best passage. */
export function foundLibraries(context: WayContext): Library[] {
  const library = fusedLibrary(context);
  if (library.passages.length === 0) return [library];
  const alone = { ...library, rows: [], shown: 0 };
  const libraries = library.rows.length === 0 ? [alone] : [library, alone];
  const single = libraries.map((one) => ({ ...one, passagesShown: 1 }));
  return Math.min(library.passagesShown, library.passages.length) === 1 ? libraries : [...libraries, ...single];
}

function fusedLibrary({ rows: { train }, settings, passages }: WayContext): Library {
  return {
    rows: settings.shots === 0 ? [] : train,
    shown: settings.shots,
    passages,
    passagesShown: settings.passages_shown,
    by: 'fusion',
    ...(settings.encoder !== null && { encoder: settings.encoder }),
  };
}
