import { AttuneError } from '../../../base/errors.ts';
import { openPredictor, openRival } from '../../predict.ts';
import { shownPrediction } from '../shown-answer.ts';
import { withUpload } from '../upload.ts';
import type { Answerer, AnswererOptions } from './answerer.ts';

/** Predicts the label, number, tags or answer for a text, a question about a text, an image or a recording. */
export async function openPredicting({ target, base, rival, signal }: AnswererOptions): Promise<Answerer> {
  const predictor =
    rival === undefined ? await openPredictor({ target, base, signal }) : await openRival(rival, { target, signal });
  return {
    async ask(question, say) {
      const [predicted] =
        question.kind === 'file'
          ? await withUpload(question.bytes, (path) => predictor.predict([path]))
          : await predictor.predict([rowIn(question)], layoutOf(question));
      if (predicted.error !== undefined)
        throw new AttuneError('E_BAD_ROWS', { what: 'The input cannot be answered', got: predicted.error });
      say({ answer: shownPrediction(predicted, textIn(question)) });
    },
    close: () => predictor.close(),
  };
}

type Question = Parameters<Answerer['ask']>[0];

function rowIn(question: Question): Readonly<Record<string, string>> | string {
  return question.kind === 'row' ? question.row : '';
}

/** The form uses the format's names for a question's parts, whatever the names of the user's columns. */
function layoutOf(question: Question): { format: string; columns: Readonly<Record<string, string>> } | undefined {
  const isQuestion = question.kind === 'row' && typeof question.row !== 'string' && 'context' in question.row;
  return isQuestion ? { format: 'questions', columns: { question: 'question', context: 'context' } } : undefined;
}

/** Text in which spans are highlighted. */
function textIn(question: Question): string {
  if (question.kind !== 'row') return '';
  return typeof question.row === 'string' ? question.row : (question.row.context ?? '');
}
