import { AttuneError } from '../../../base/errors.ts';
import type { Example } from '../../../data/index.ts';
import type { Answered } from '../../../answering/system.ts';
import { expectedText, labelsIn, rowLabels } from '../../../scoring/prompt-text.ts';
import { heldAnswers } from '../../../answering/prompting/held-answer.ts';
import { asTheyAre, openAsker, type Asker } from '../../../answering/prompting/asker.ts';
import type { KeptPrompting } from '../../../answering/prompting/kept-prompting.ts';
import type { OpenedModel } from '../../../answering/model/open-model.ts';
import { isUntrained } from '../../../store/asking-ways.ts';
import type { AskingStyle } from '../../../scoring/asked.ts';
import { chooseStyle } from '../../../answering/tasks/answers/texts.ts';
import type { AnswerOptions } from '../../../answering/tasks/answers/answering.ts';
import { prepareAsking, type PreparedAsking } from './prepare-asking.ts';
import { reflectorOf } from './reflector.ts';
import type { Task } from '../../../models/architecture.ts';
import type { Model } from '../../../models/model.ts';
import { tasks } from '../../../answering/tasks/index.ts';
import { isWorded } from '../../../evaluation/wording/other-words.ts';
import { OWN_BASE } from '../../../answering/model/base-model.ts';
import { resultFolder } from '../../../answering/model/result-folder.ts';
import { readNotes } from '../../../answering/model/result-notes.ts';
import { answerEnds, roomForAnswers } from '../answer-lengths.ts';
import { answerWithProgress, type Comparing, type PreparingRows } from '../comparing.ts';
import { partsRead } from '../../../answering/tasks/answers/cut-rows.ts';
import { measuredBy } from '../usual-metrics.ts';
import { answerAsked, modelPredictor } from '../../../answering/predict/model-predictor.ts';
import type { Predictor } from '../../../scoring/predictor.ts';
import { withoutThreshold } from '../../../answering/tasks/answers/spans.ts';
import { hears, processorOf } from '../../../answering/tasks/answers/speech.ts';
import type { ModelSpec } from './system-spec.ts';

/** Number of rows with answers for choosing the better prompt style. */
const PRACTICE_ROWS = 16;

/** A local model, prompted as the entry specifies. */
export async function answer(spec: ModelSpec, comparing: Comparing): Promise<Answered[]> {
  const { name, title, kind, target, isBase = false, asking } = spec;
  const { rows, models, emit } = comparing;
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${title}` });
  const opened = await models.open(target, isBase);
  if (opened.model.task === 'sequence') refuseForeignClasses(title, opened.model, rows.test);
  if (hears(opened.model)) {
    if (asking.how !== 'plain') throw notAsked(title);
    processorOf(opened); // rejects a CTC model without an alphabet before any row is read
  }
  const { asker, options, note } = await askModel(opened, spec, comparing);
  const predictor = modelPredictor(name, opened, { ...asker, ...options });
  const answered = await answerWithProgress(
    {
      predictor,
      title,
      kind,
      knowsWords: knowsWords(spec, opened.model.task, rows.test),
      note,
    },
    comparing,
  );
  return [answered, ...(opened.model.task === 'question' ? withoutThreshold(answered, opened.model.config) : [])];
}

/** A model's prompts for the rows of a comparison, and how it answers them. */
interface ModelAsking extends PreparedAsking {
  options: AnswerOptions;
  note?: string;
}

/** Prepares a model's prompts. For untuned models, the answers' form is constrained and the prompt style chosen. */
export async function askModel(
  opened: OpenedModel,
  { title, kind, asking, isBase = false }: Pick<ModelSpec, 'title' | 'kind' | 'asking' | 'isBase'>,
  comparing: PreparingRows,
): Promise<ModelAsking> {
  const { prompted } = opened;
  if (prompted !== undefined && asking.how === 'plain') return askPrompted(prompted, comparing);
  const { typical, train } = comparing.rows;
  const isUntaught = isUntrained(kind);
  const held = isUntaught ? heldAnswers(typical) : undefined;
  const shared = {
    maxNewTokens:
      comparing.maxNewTokens ?? (await roomForAnswers(opened.tokenizer, typical, { isTrained: !isUntaught })),
    stop: kind === 'tuned' ? undefined : answerEnds(typical),
    held,
    preference: measuredBy(comparing.metric),
    isBase,
    asksReversed: true,
    labels: labelsIn(typical),
  };
  const practice = async (asker: Asker) =>
    kind === 'tuned' || asking.how === 'plain' ? [] : await asker.ask(train.slice(0, PRACTICE_ROWS));
  // Prompts are tried in one style, since choosing it takes as long as many answers.
  let style: Promise<AskingStyle> | undefined;
  const predictor = (asker: Asker): Predictor => ({
    name: title,
    async predict(examples, options) {
      style ??= practice(asTheyAre).then((rows) => chooseStyle(opened, rows));
      return answerAsked(opened, await asker.ask(examples), { ...shared, style: await style, ...options });
    },
  });
  const reflect = await reflectorOf(opened);
  const prepared = await prepareAsking(asking, { title, predictor, ...(reflect && { reflect }) }, comparing);
  const cut = tasks[opened.model.task].cutsTexts === true && partsRead(opened);
  const told = [prepared.asker.note, cut, held && 'constrained to the form of the answers'].filter(Boolean).join('; ');
  return {
    ...prepared,
    options: { ...shared, practice: await practice(prepared.asker) },
    note: told === '' ? undefined : told,
  };
}

/** A saved prompting answers exactly as it does in use. */
async function askPrompted(
  { prompting, stop, held, style, maxNewTokens, labels }: KeptPrompting,
  comparing: PreparingRows,
): Promise<ModelAsking> {
  const asker = await openAsker(prompting);
  const room = comparing.maxNewTokens ?? maxNewTokens;
  return { asker, prompting, options: { maxNewTokens: room, stop, held, style, labels }, note: asker.note };
}

/** Whether it was tuned from a pre-trained text encoder other than attune's own small ones. */
function knowsWords({ kind, target }: ModelSpec, task: Task, [first]: readonly Example[]): true | undefined {
  const base =
    kind === 'tuned' && tasks[task].tellsClasses === true ? readNotes(resultFolder(target))?.base_model : undefined;
  const isText = first?.kind === 'classification' && isWorded(first);
  return base !== undefined && base !== OWN_BASE && isText ? true : undefined;
}

function notAsked(title: string): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${title}: a speech recognition model cannot be given instructions or examples`,
    fix: 'remove it from evaluation.baselines',
  });
}

const SHOWN_CLASSES = 5;

/** A head for another task, or an untrained one, would be wrong on every row, which says nothing about the model. */
function refuseForeignClasses(title: string, { sequenceHead }: Model, examples: readonly Example[]): void {
  const known = sequenceHead.labels;
  const isNumber = sequenceHead.problemType === 'regression';
  // Reward models score answers without classes.
  if (isNumber && examples[0]?.kind === 'preference') return;
  const wantsNumber = examples[0]?.kind === 'regression';
  if (isNumber && wantsNumber) return;
  const wanted = new Set(examples.flatMap((one) => [expectedText(one)?.trim(), ...rowLabels(one)]));
  if (isNumber === wantsNumber && known.some((label) => wanted.has(label))) return;
  const shown = known.slice(0, SHOWN_CLASSES).join(', ') + (known.length > SHOWN_CLASSES ? ', …' : '');
  throw new AttuneError('E_CLASSES_FOREIGN', {
    what: `The classifier of ${title} has none of the classes in these rows`,
    got: shown,
    fix: 'remove it, or compare on rows with its classes',
  });
}
