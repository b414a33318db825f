import { join } from 'node:path';
import { writeCsv } from './csv.ts';
import { Draws } from './draws.ts';
import type { FirstHourSet } from './set.ts';

const DISTRICTS: Record<string, number> = { Harbour: 1.35, Centre: 1.2, Park: 1.1, Station: 0.9, Mill: 0.8 };
const STATES: Record<string, number> = { 'newly renovated': 1.15, 'well kept': 1, 'in need of repair': 0.8 };
/** Standard deviation of the noise in a price, in thousands. */
const NOISE = 12;

function drawFlat(draws: Draws) {
  const district = draws.pick(Object.keys(DISTRICTS));
  const state = draws.pick(Object.keys(STATES));
  const [area, floor] = [draws.whole(30, 150), draws.whole(0, 6)];
  const balcony = draws.chance(0.5) ? 'yes' : 'no';
  const truth = 2.6 * area * DISTRICTS[district] * STATES[state] + (balcony === 'yes' ? 15 : 0) + 4 * floor;
  return { flat: { area, floor, balcony, district, description: `A ${state} flat near the ${district}` }, truth };
}

/** Share of the variance that is not noise. */
function bestR2(seed: number): number {
  const draws = new Draws(seed, 'prices-ceiling');
  const values = Array.from({ length: 50_000 }, () => drawFlat(draws).truth);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return variance / (variance + NOISE ** 2);
}

export const prices: FirstHourSet = {
  title: 'prices of flats',
  about: 'Area, floor, balcony, district and a sentence say what a flat costs; the rest is noise.',
  rows: 1500,
  async write(folder, { rows, fresh, seed }) {
    const draws = new Draws(seed, 'prices');
    const one = () => {
      const { flat, truth } = drawFlat(draws);
      return { flat, price: Math.round((truth + NOISE * draws.normal()) * 10) / 10 };
    };
    const [known, unknown] = [rows, fresh].map((length) => Array.from({ length }, one));
    const [data, freshFile] = [join(folder, 'flats.csv'), join(folder, 'fresh.csv')];
    writeCsv(
      data,
      known.map(({ flat, price }) => ({ ...flat, price })),
    );
    writeCsv(
      freshFile,
      unknown.map(({ flat }) => flat),
    );
    return {
      data,
      answers: ['--text-column', Object.keys(known[0].flat).join(','), '--label-column', 'price'],
      fresh: freshFile,
      truth: unknown.map(({ price }) => price),
      ceiling: { metric: 'r2', value: bestR2(seed), because: 'share of the variance that the noise leaves' },
    };
  },
};
