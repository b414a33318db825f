/** Accuracy of the versions, on emails that neither was trained on. */
import { compare, models, openPredictor, type Comparison } from '../../src/app/index.ts';
import type { DatedMail } from '../data/dated-mail.ts';
import { MODEL } from './story.ts';

/** Both versions on a file of emails, with the new one as the subject. Undefined without a new one. */
export async function compareVersions(file: string): Promise<Comparison | undefined> {
  const [first, second] = await versionFolders();
  if (second === undefined) return undefined;
  const { comparison } = await compare([second, first], {
    data: file,
    format: 'classification',
    metrics: ['accuracy'],
    seed: 0,
    allowOverlap: true,
  });
  return comparison;
}

/** The answers that the first version would have given. */
export async function firstAnswers(mails: readonly DatedMail[]): Promise<string[]> {
  const [target] = await versionFolders();
  const predictor = await openPredictor({ target });
  try {
    const answers = await predictor.predict(mails.map(({ text }) => ({ text })));
    return answers.map(({ prediction }) => String(prediction));
  } finally {
    await predictor.close();
  }
}

async function versionFolders(): Promise<string[]> {
  const { versions } = await models.history(MODEL);
  return versions.toSorted((a, b) => a.version - b.version).map(({ runFolder }) => runFolder!);
}
