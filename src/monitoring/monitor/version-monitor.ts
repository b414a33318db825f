/**
 * Monitors one version of a model. Its first answers are the baseline; every later answer is tested as it arrives,
 * signal by signal, and e-BH combines all signals. At most one stable period in twenty raises an alarm, however often
 * the results are read.
 */
import { pushAll } from '../../base/many.ts';
import { eBenjaminiHochberg } from '../../scoring/statistics/index.ts';
import { signalNames, signals, type SignalName } from '../signals/index.ts';
import { CalibrationTest } from './calibration-test.ts';
import { ClassTest } from './class-test.ts';
import type { Judged } from './expected-accuracy.ts';
import { usualMonitor, valuesOf, type Finding, type MonitorOptions, type Observation } from './monitor-options.ts';
import { decoded, encoded, type MonitorState, type PeriodState } from './monitor-state.ts';
import { measuredBy, UNLIKE } from './measured.ts';
import { isSaid, SAID, saidNames, type SaidName } from './said.ts';
import { SignalTest, type Measured, type Place } from './signal-test.ts';
import { testNames, testWeights, type TestName } from './test-weights.ts';
import { TopicTest } from './topic-test.ts';
import { WordModel } from './word-drift.ts';

export { usualMonitor, type Finding, type MonitorOptions, type Observation } from './monitor-options.ts';

/** Minimum number of answers with a rare signal before it is tested. */
const LEAST_VALUES = 50;
/** Testing starts early, once this share of the reference and this number of answers have arrived. */
const EARLY = 0.2;

export class VersionMonitor {
  readonly #options: MonitorOptions;
  #reference: Observation[] = [];
  #size = 0;
  /** Answers that extend the reference unless an alarm is raised in the meantime. */
  #joining: Observation[] = [];
  readonly #said: Record<SaidName, number[]> = { thumb_down: [], edits: [] };
  #isFrozen = false;
  #wordModel: WordModel | undefined;
  #tests = new Map<TestName, SignalTest>();
  #early = new Map<TestName, number[]>();
  #classes: ClassTest | undefined;
  #topic = new TopicTest();
  /** Continues over periods with few judged answers. */
  #calibration: CalibrationTest;
  /** Number of answers in the current period, and its start. */
  #count = 0;
  #from = 0;

  constructor(options: Partial<MonitorOptions> = {}) {
    this.#options = { ...usualMonitor, ...options };
    this.#calibration = new CalibrationTest(this.#options.calibration);
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

  #observeWords(words: Uint8Array, place: Place): void {
    if (this.#isTested('topic')) this.#topic.observe(words, this.#count);
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
  observeSaid(name: SaidName, value: number, place: Place): void {
    if (this.#isFrozen) this.#test(name, SAID[name], value, place);
    else this.#said[name].push(value);
  }

  /** An answer of this version that a person judged. */
  observeJudged(judged: Judged, place: Place): void {
    if (this.#isTested('calibration')) this.#calibration.observe(judged, place);
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
    return this.#topic.isDue;
  }

  async compareTopic(signal?: AbortSignal): Promise<void> {
    const before = this.#reference.flatMap(({ words }) => words ?? []);
    await this.#topic.compare(before, signal);
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
      calibration: this.#calibration.state,
      ...this.#topic.state,
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
    monitor.#topic = TopicTest.resume(period);
    if (period.calibration !== undefined)
      monitor.#calibration = CalibrationTest.resume(monitor.#options.calibration, period.calibration);
    return monitor;
  }

  #begin(at: number): void {
    this.#from = at;
    this.#count = 0;
    this.#topic = new TopicTest();
    if (this.#calibration.answers >= LEAST_VALUES) this.#calibration = new CalibrationTest(this.#options.calibration);
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

  #test(name: TestName, signal: Measured, value: number, place: Place): void {
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
    if (name === 'calibration') return this.#calibration.eValue;
    return this.#tests.get(name)?.eValue ?? 1;
  }

  #readingOf(name: TestName): Pick<Finding, 'reading' | 'classes' | 'topic'> {
    if (name === 'classes') return this.#classes === undefined ? {} : { classes: this.#classes.reading };
    if (name === 'topic') return this.#topic.reading === undefined ? {} : { topic: this.#topic.reading };
    if (name === 'calibration' && this.#calibration.answers < LEAST_VALUES) return {};
    const test = name === 'calibration' ? this.#calibration : this.#tests.get(name);
    return test === undefined ? {} : { reading: test.reading };
  }
}

const DAY = 86_400_000;
