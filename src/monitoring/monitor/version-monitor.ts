/**
 * Monitors one version of a model. Its first answers are the baseline; every later answer is tested as it arrives,
 * signal by signal, and e-BH combines all signals. At most one stable period in twenty raises an alarm, however often
 * the results are read.
 */
import { pushAll } from '../../base/many.ts';
import { eBenjaminiHochberg } from '../../scoring/statistics/index.ts';
import { signalNames, signals, type SignalName } from '../signals/index.ts';
import { SignalTest, type Measured } from './signal-test.ts';
import { ClassTest } from './class-test.ts';
import { usualMonitor, valuesOf, type Finding, type MonitorOptions, type Observation } from './monitor-options.ts';
import { decoded, encoded, type MonitorState, type PeriodState } from './monitor-state.ts';
import { measuredBy, UNLIKE } from './measured.ts';
import { isSaid, SAID, saidNames, type SaidName } from './said.ts';
import { testNames, testWeights, type TestName } from './test-weights.ts';
import { domainDrift, WordModel, type DomainDrift } from './word-drift.ts';

export { usualMonitor, type Finding, type MonitorOptions, type Observation } from './monitor-options.ts';

/** Minimum number of answers with a rare signal before it is tested. */
const LEAST_VALUES = 50;
/** Number of requests at which the first topic comparison runs; then at every doubling. */
const FIRST_TOPIC = 50;
const MOST_WORDS = 500;
/** Testing starts early, once this share of the reference and this number of answers have arrived. */
const EARLY = 0.2;

export class VersionMonitor {
  readonly #options: MonitorOptions;
  #reference: Observation[] = [];
  #size = 0;
  /** Answers that extend the reference unless an alarm is raised meanwhile. */
  #joining: Observation[] = [];
  readonly #said: Record<SaidName, number[]> = { thumb_down: [], edits: [] };
  #isFrozen = false;
  #wordModel: WordModel | undefined;
  #tests = new Map<TestName, SignalTest>();
  #early = new Map<TestName, number[]>();
  #classes: ClassTest | undefined;
  #topic: { eValue: number; doublings: number; last?: DomainDrift } = { eValue: 0, doublings: 0 };
  /** Snapshots of words at each doubling, waiting for comparison. */
  #dueWords: Uint8Array[][] = [];
  #words: Uint8Array[] = [];
  /** Number of answers in the current period, and its start. */
  #count = 0;
  #from = 0;

  constructor(options: Partial<MonitorOptions> = {}) {
    this.#options = { ...usualMonitor, ...options };
  }

  /** Number of answers still needed before tests start. */
  get missing(): number {
    return this.#isFrozen ? 0 : this.#enough - this.#size;
  }

  get period(): { from: number; answers: number } {
    return { from: this.#from, answers: this.#count };
  }

  observe(one: Observation): void {
    if (!this.#isFrozen) {
      this.#reference.push(one);
      this.#size++;
      if (this.#size >= this.#enough) this.freeze(one.at);
      return;
    }
    if (this.#join(one)) return;
    const { days, answers } = this.#options;
    if (one.at - this.#from >= days * DAY && this.#count >= answers) this.#begin(one.at);
    this.#count++;
    for (const name of signalNames) {
      const value = one.signals[name];
      if (value !== undefined) this.#test(name, signals[name], value, one);
    }
    if (one.label !== undefined) this.#classes?.observe(one.label, one);
    if (one.words !== undefined) this.#observeWords(one.words, one);
  }

  #observeWords(words: Uint8Array, place: { id: string; at: number }): void {
    this.#words.push(words);
    if (this.#words.length > MOST_WORDS) this.#words.shift();
    // Decided here, so that the same words are compared whenever and in whichever process `compareTopic` is called.
    const doublings = this.#topic.doublings + this.#dueWords.length;
    const isDue = this.#count >= FIRST_TOPIC * 2 ** doublings && this.#words.length >= FIRST_TOPIC;
    if (isDue && this.#isTested('topic')) this.#dueWords.push([...this.#words]);
    const surprise = this.surprise(words);
    if (surprise !== undefined) this.#test('unlike', UNLIKE, surprise, place);
  }

  get #enough(): number {
    return Math.min(this.#options.reference, Math.max(EARLY * this.#options.reference, 4 * LEAST_VALUES));
  }

  /** Adds an answer to the reference if it is incomplete. @returns whether this completes it and starts a period */
  #join(one: Observation): boolean {
    if (this.#size >= this.#options.reference) return false;
    this.#joining.push(one);
    if (this.#size + this.#joining.length < this.#options.reference) return false;
    const joining = this.#joining;
    this.#joining = [];
    this.#size = this.#options.reference;
    if (this.alarms.length > 0) return false;
    this.#reference = [...this.#reference, ...joining];
    this.#begin(one.at);
    return true;
  }

  /** Feedback on an answer of this version. */
  observeSaid(name: SaidName, value: number, place: { id: string; at: number }): void {
    if (this.#isFrozen) this.#test(name, SAID[name], value, place);
    else this.#said[name].push(value);
  }

  /** Turns the answers so far into the reference. */
  freeze(at: number): void {
    this.#isFrozen = true;
    this.#begin(at);
  }

  get findings(): Finding[] {
    const found = testNames.map((name) => ({ name, eValue: this.#eValueOf(name) }));
    const values = found.map(({ name, eValue }) => eValue * testWeights[name]);
    const alarms = eBenjaminiHochberg(values, this.#options.rate);
    return found.map(({ name, eValue }, place) => ({
      name,
      eValue,
      isAlarm: alarms[place],
      ...this.#readingOf(name),
    }));
  }

  /** Names of current alarms, evaluated after every answer. */
  get alarms(): TestName[] {
    const values = testNames.map((name) => this.#eValueOf(name) * testWeights[name]);
    return eBenjaminiHochberg(values, this.#options.rate).flatMap((isAlarm, place) =>
      isAlarm ? testNames[place] : [],
    );
  }

  /** Surprisal of a request in nats per word; undefined if too few words are known. */
  surprise(words: Uint8Array): number | undefined {
    return this.#wordModel?.surprise(words);
  }

  /** Whether a topic comparison is due. */
  get isTopicDue(): boolean {
    return this.#dueWords.length > 0;
  }

  /** Runs pending comparisons. Each has half the weight of the previous one, so together they form one e-value. */
  async compareTopic(signal?: AbortSignal): Promise<void> {
    const before = this.#reference.flatMap(({ words }) => words ?? []);
    if (before.length < FIRST_TOPIC) this.#dueWords = [];
    const topic = this.#topic;
    // If aborted, the next process continues the comparison.
    while (this.#dueWords.length > 0) {
      const found = await domainDrift(before, this.#dueWords[0], { signal });
      this.#dueWords.shift();
      topic.doublings++;
      topic.eValue += found.eValue / 2 ** topic.doublings;
      topic.last = found;
    }
  }

  get state(): MonitorState {
    const names = signalNames.filter((name) => this.#reference.some((one) => one.signals[name] !== undefined));
    return {
      isFrozen: this.#isFrozen,
      answers: this.#size,
      values: Object.fromEntries(names.map((name) => [name, valuesOf(this.#reference, name)])),
      labels: this.#reference.flatMap(({ label }) => label ?? []),
      words: this.#reference.flatMap(({ words }) => (words === undefined ? [] : encoded(words))),
      thumbs: this.#said.thumb_down,
      edits: this.#said.edits,
    };
  }

  /** Starts a new period from a frozen reference; the period's answers have to be observed again. */
  static restore(state: MonitorState, from: number, options: Partial<MonitorOptions> = {}): VersionMonitor {
    const monitor = new VersionMonitor(options);
    const place = { id: '', at: 0 };
    for (const [name, values = []] of Object.entries(state.values))
      for (const value of values) monitor.#reference.push({ ...place, signals: { [name]: value } });
    for (const label of state.labels) monitor.#reference.push({ ...place, signals: {}, label });
    for (const words of state.words) monitor.#reference.push({ ...place, signals: {}, words: decoded(words) });
    pushAll(monitor.#said.thumb_down, state.thumbs);
    pushAll(monitor.#said.edits, state.edits ?? []);
    monitor.#size = state.answers;
    monitor.freeze(from);
    return monitor;
  }

  /** State of the current period. */
  get periodState(): PeriodState {
    return {
      answers: this.#count,
      size: this.#size,
      joining: this.#joining.map(({ words, ...one }) => ({
        ...one,
        ...(words !== undefined && { words: encoded(words) }),
      })),
      thumbs: this.#said.thumb_down,
      edits: this.#said.edits,
      tests: [...this.#tests].map(([name, test]) => [name, test.state]),
      early: [...this.#early],
      ...(this.#classes !== undefined && { classes: this.#classes.state }),
      topic: this.#topic,
      words: this.#words.map(encoded),
      dueWords: this.#dueWords.map((words) => words.map(encoded)),
    };
  }

  /** Resumes a period of a frozen reference. */
  static resume(
    { state, from }: { state: MonitorState; from: number },
    period: PeriodState,
    options: Partial<MonitorOptions> = {},
  ): VersionMonitor {
    const monitor = VersionMonitor.restore(state, from, options);
    monitor.#count = period.answers;
    monitor.#size = period.size;
    monitor.#joining = period.joining.map(({ words, ...one }) => ({
      ...one,
      ...(words !== undefined && { words: decoded(words) }),
    }));
    Object.assign(monitor.#said, { thumb_down: [...period.thumbs], edits: [...period.edits] });
    monitor.#tests = new Map(period.tests.map(([name, test]) => [name, SignalTest.resume(measuredBy(name), test)]));
    monitor.#early = new Map(period.early);
    monitor.#classes = period.classes === undefined ? undefined : ClassTest.resume(period.classes);
    monitor.#topic = { ...period.topic };
    monitor.#words = period.words.map(decoded);
    monitor.#dueWords = period.dueWords.map((words) => words.map(decoded));
    return monitor;
  }

  #begin(at: number): void {
    this.#from = at;
    this.#count = 0;
    this.#words = [];
    this.#topic = { eValue: 0, doublings: 0 };
    this.#dueWords = [];
    this.#tests = new Map();
    const words = this.#reference.flatMap(({ words: own }) => own ?? []);
    // One half estimates word frequencies; the other, held out, the usual surprisal of requests.
    const known = words.filter((_, place) => place % 2 === 0);
    this.#wordModel = known.length >= LEAST_VALUES ? new WordModel(known) : undefined;
    for (const name of signalNames) this.#prepare(name, signals[name], valuesOf(this.#reference, name));
    const others = words.filter((_, place) => place % 2 === 1);
    this.#prepare(
      'unlike',
      UNLIKE,
      others.flatMap((row) => this.surprise(row) ?? []),
    );
    for (const name of saidNames) this.#prepare(name, SAID[name], this.#said[name]);
    const labels = this.#reference.flatMap(({ label }) => label ?? []);
    this.#classes = labels.length >= LEAST_VALUES && this.#isTested('classes') ? ClassTest.of(labels) : undefined;
  }

  /** Prepares a signal's test. A signal too rare to be tested in the last period extends its own reference. */
  #prepare(name: TestName, signal: Measured, values: readonly number[]): void {
    const all = [...values, ...(this.#early.get(name) ?? [])];
    if (all.length >= LEAST_VALUES && this.#isTested(name))
      this.#tests.set(name, new SignalTest(signal, SignalTest.counts(signal, all)));
  }

  #test(name: TestName, signal: Measured, value: number, place: { id: string; at: number }): void {
    const test = this.#tests.get(name);
    if (test !== undefined) return test.observe(value, place);
    if (!this.#isTested(name)) return;
    const said = isSaid(name) ? this.#said[name] : undefined;
    (said ?? this.#earlyOf(name)).push(value);
    this.#prepare(name, signal, said ?? valuesOf(this.#reference, name as SignalName));
  }

  #earlyOf(name: TestName): number[] {
    const known = this.#early.get(name) ?? [];
    this.#early.set(name, known);
    return known;
  }

  #isTested(name: TestName): boolean {
    return !this.#options.ignore.includes(name);
  }

  #eValueOf(name: TestName): number {
    if (name === 'classes') return this.#classes?.eValue ?? 1;
    if (name === 'topic') return this.#topic.eValue;
    return this.#tests.get(name)?.eValue ?? 1;
  }

  #readingOf(name: TestName): Pick<Finding, 'reading' | 'classes' | 'topic'> {
    if (name === 'classes') return this.#classes === undefined ? {} : { classes: this.#classes.reading };
    if (name === 'topic') return this.#topic.last === undefined ? {} : { topic: this.#topic.last };
    const test = this.#tests.get(name);
    return test === undefined ? {} : { reading: test.reading };
  }
}

const DAY = 86_400_000;
