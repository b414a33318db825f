/** Monitors models in use: measures and tests their answers, and stores feedback. */
export { type Alarm } from './alarms/alarm.ts';
export { groupAlarms, type AlarmGroup } from './alarms/alarm-group.ts';
export {
  answerPlace,
  findAnswer,
  findAnswers,
  saidBy,
  type AnswerFilter,
  type FoundAnswer,
  type FoundAnswers,
} from './answers/kept-answers.ts';
export { openAlarms, silence } from './alarms/alarm-book.ts';
export { commandSink, webhookSink, type AlarmSink } from './alarms/sinks.ts';
export { addFeedback, type GivenFeedback } from './feedback/feedback.ts';
export { signalNames, type SignalName } from './signals/index.ts';
export { addImported, type ImportedFeedback, type ImportedRecord } from './feedback/add-imported.ts';
export { reportVersions, type VersionReport } from './monitor/report.ts';
export { type Asked, type ServedAnswer } from './trace.ts';
export { TextRedactor } from './traces/text-redactor.ts';
export { KeptObjects } from './traces/stored-objects.ts';
export {
  matches,
  MOST_CHARACTERS,
  type KeptFailure,
  type KeptHead,
  type KeptKind,
  type KeptObject,
  type KeptStore,
  type KeptWish,
} from './traces/kept-store.ts';
export { TraceStore, watchFolder } from './traces/trace-store.ts';
export { eraseUser, feedbackOf, type Erasure } from './traces/erase-user.ts';
export { Watcher } from './watcher.ts';
