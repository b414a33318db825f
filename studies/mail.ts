import { fetchMail } from './data/mail.ts';
import type { Example } from './example.ts';
import { studyTexts } from './text-classifiers.ts';

/** Spam or not, by an author's own text. */
export const mail: Example = {
  title: 'Spam or not',
  async run(setting) {
    const data = await fetchMail(setting);
    const about =
      "SpamAssassin's public mails without headers, subject, quotations and signature, as `attune data " +
      'prepare` reads mails; repeated ones are left out of the held-out rows. Footers of mailing lists ' +
      'remain and tell both kinds of system much.';
    // On rows for neither training nor test, windows were better than the same number of tokens from both ends.
    return studyTexts({ name: 'mail', about, data, longest: 64, windows: 4 }, setting);
  },
};
