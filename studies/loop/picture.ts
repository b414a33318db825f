import { smallest } from '../../src/base/many.ts';
import { wilsonInterval } from '../../src/scoring/statistics/index.ts';
import { linearScale, type Scale } from '../../src/jobs/report/chart/scale.ts';

/** An answered email. */
export interface Answered {
  at: number;
  isRight: boolean;
  /** Whether the answer of the first version was right, or would have been. */
  wasRight: boolean;
}

export interface Event {
  /** Number of emails answered before it. */
  after: number;
  name: string;
  isBad?: boolean;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [860, 354, 48, 16, 44, 106];
/** Emails per point. */
const WINDOW = 50;
const [SERVED, FIRST, BAD] = ['#1f5f99', '#999', '#b3261e'];

/** Right answers among each 50 emails with 95 % intervals, and the events over time. As SVG. */
export function qualityPicture(answered: readonly Answered[], events: readonly Event[]): string {
  const windows = windowsOf(answered);
  const x = linearScale([0, answered.length], { range: [LEFT, WIDTH - RIGHT], ticks: 8 });
  const lowest = smallest(windows.map(({ low, first }) => Math.min(low, first)));
  const y = linearScale([lowest, 1], { range: [HEIGHT - BOTTOM, TOP], ticks: 6, nice: true });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="18" font-size="13" font-weight="bold">Percent of mails sorted right, of each ${WINDOW}</text>`,
    ...axes({ x, y }, answered),
    bandOf(windows, { x, y }),
    line(windows, { x, y, value: 'first', style: `stroke="${FIRST}" stroke-dasharray="4 3"` }),
    line(windows, { x, y, value: 'served', style: `stroke="${SERVED}" stroke-width="2"` }),
    ...events.map((event, place) => eventLine(event, place, x)),
    ...legend(),
    '</svg>\n',
  ].join('\n');
}

interface Window {
  /** Its centre. */
  place: number;
  served: number;
  low: number;
  high: number;
  first: number;
}

function windowsOf(answered: readonly Answered[]): Window[] {
  const share = (mails: readonly Answered[], is: (one: Answered) => boolean): number => mails.filter(is).length;
  return Array.from({ length: Math.floor(answered.length / WINDOW) }, (_, place) => {
    const own = answered.slice(place * WINDOW, (place + 1) * WINDOW);
    const right = share(own, ({ isRight }) => isRight);
    const { low, high } = wilsonInterval(right, WINDOW);
    const first = share(own, ({ wasRight }) => wasRight) / WINDOW;
    return { place: (place + 0.5) * WINDOW, served: right / WINDOW, low, high, first };
  });
}

function axes({ x, y }: { x: Scale; y: Scale }, answered: readonly Answered[]): string[] {
  return [
    ...y.ticks.map(
      ({ value }) =>
        `<path d="M${LEFT} ${at(y, value)}H${WIDTH - RIGHT}" stroke="#ddd"/>` +
        `<text x="${LEFT - 6}" y="${at(y, value, 4)}" text-anchor="end">${Math.round(100 * value)}</text>`,
    ),
    ...x.ticks.map(
      ({ value, label }) =>
        `<text x="${at(x, value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label}</text>` +
        `<text x="${at(x, value)}" y="${HEIGHT - BOTTOM + 30}" text-anchor="middle" fill="#555">${dayOf(answered, value)}</text>`,
    ),
    `<text x="${LEFT}" y="${HEIGHT - 2}" fill="#555">mails so far, and the date of the mail</text>`,
  ];
}

function dayOf(answered: readonly Answered[], place: number): string {
  return new Date(answered[Math.min(place, answered.length - 1)].at).toISOString().slice(5, 10);
}

function bandOf(windows: readonly Window[], { x, y }: { x: Scale; y: Scale }): string {
  const place = (one: Window, value: number): string => `${at(x, one.place)} ${at(y, value)}`;
  const ends = [
    ...windows.map((one) => place(one, one.high)),
    ...windows.toReversed().map((one) => place(one, one.low)),
  ];
  return `<path d="M${ends.join('L')}Z" fill="${SERVED}" fill-opacity="0.12"/>`;
}

function line(
  windows: readonly Window[],
  { x, y, value, style }: { x: Scale; y: Scale; value: 'served' | 'first'; style: string },
): string {
  const places = windows.map((one) => `${at(x, one.place)} ${at(y, one[value])}`);
  return `<path d="M${places.join('L')}" fill="none" ${style}/>`;
}

const LABEL_ROWS = 5;

/** Names alternate between lines, so that events in quick succession stay legible. */
function eventLine({ after, name, isBad = false }: Event, place: number, x: Scale): string {
  const top = 34 + 14 * (place % LABEL_ROWS);
  const colour = isBad ? BAD : '#333';
  const isLate = x.position(after) > WIDTH * 0.85;
  return (
    `<path d="M${at(x, after)} ${top}V${HEIGHT - BOTTOM}" stroke="${colour}" stroke-width="0.8"/>` +
    `<text x="${at(x, after, isLate ? -4 : 4)}" y="${top + 8}" fill="${colour}" text-anchor="${isLate ? 'end' : 'start'}">${name}</text>`
  );
}

function legend(): string[] {
  const entry = (left: number, style: string, name: string): string =>
    `<path d="M${left} 14h24" fill="none" ${style}/><text x="${left + 30}" y="18">${name}</text>`;
  return [
    entry(480, `stroke="${SERVED}" stroke-width="2"`, 'as served, 95 % interval'),
    entry(680, `stroke="${FIRST}" stroke-dasharray="4 3"`, 'the first version'),
  ];
}

function at(scale: Scale, value: number, shift = 0): string {
  return (scale.position(value) + shift).toFixed(1);
}
