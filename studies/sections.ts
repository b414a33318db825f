import { fetchSections } from './data/sections.ts';
import type { Example } from './example.ts';
import { studyTexts } from './text-classifiers.ts';

/** Which of twelve sections of Debian a package belongs to, from its description. */
export const sections: Example = {
  title: 'Which section a software package belongs to',
  async run(setting) {
    const data = await fetchSections(setting);
    const about =
      'A package description in English, and which of 12 topical sections of Debian it stands in: one ' +
      'package of each source package, with the shares that the sections have.';
    return studyTexts({ name: 'sections', about, data, longest: 64 }, setting);
  },
};
