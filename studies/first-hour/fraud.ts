import { join } from 'node:path';
import { writeCsv } from './csv.ts';
import { Draws } from './draws.ts';
import type { FirstHourSet } from './set.ts';

const COUNTRIES = ['DE', 'FR', 'IT', 'PL', 'US', 'NG'];
const SHOPS = ['groceries', 'travel', 'electronics', 'fuel', 'games', 'pharmacy'];

interface Payment {
  amount: number;
  hour: number;
  country: string;
  shop: string;
  card_age_days: number;
  payments_today: number;
}

function drawPayment(draws: Draws): Payment {
  return {
    amount: Math.round(Math.exp(3.4 + 1.1 * draws.normal()) * 100) / 100,
    hour: draws.whole(0, 23),
    country: draws.pick(COUNTRIES),
    shop: draws.pick(SHOPS),
    card_age_days: draws.whole(1, 2000),
    payments_today: Math.floor(-2.2 * Math.log(1 - draws.unit())),
  };
}

/** Log odds with interactions that no single column shows. About 2 % of the payments are fraud. */
function logOdds({ amount, hour, country, shop, card_age_days: age, payments_today: count }: Payment): number {
  const isNight = hour < 6;
  return (
    -6.7 +
    (isNight && amount > 40 ? 4 : 0) +
    (shop === 'electronics' && age < 300 ? 4.5 : 0) +
    (country === 'NG' && shop === 'games' ? 3.5 : 0) +
    (count > 5 ? 2.5 : 0)
  );
}

/** Average precision of a ranking by the true probability. */
function bestAveragePrecision(seed: number): number {
  const draws = new Draws(seed, 'fraud-ceiling');
  const scored = Array.from({ length: 200_000 }, () => {
    const odds = logOdds(drawPayment(draws));
    return { odds, isFraud: draws.chance(1 / (1 + Math.exp(-odds))) };
  }).toSorted((a, b) => b.odds - a.odds);
  let [found, sum] = [0, 0];
  for (const [rank, { isFraud }] of scored.entries()) if (isFraud) sum += ++found / (rank + 1);
  return sum / found;
}

export const fraud: FirstHourSet = {
  title: 'fraud among payments',
  about: 'Six columns of a payment say how likely it is fraud, which about 2 % are; what matters are combinations.',
  rows: 6000,
  async write(folder, { rows, fresh, seed }) {
    const draws = new Draws(seed, 'fraud');
    const one = () => {
      const payment = drawPayment(draws);
      return { payment, is_fraud: draws.chance(1 / (1 + Math.exp(-logOdds(payment)))) ? 'yes' : 'no' };
    };
    const [known, unknown] = [rows, fresh].map((length) => Array.from({ length }, one));
    const [data, freshFile] = [join(folder, 'payments.csv'), join(folder, 'fresh.csv')];
    writeCsv(
      data,
      known.map(({ payment, is_fraud }) => ({ ...payment, is_fraud })),
    );
    writeCsv(
      freshFile,
      unknown.map(({ payment }) => ({ ...payment })),
    );
    return {
      data,
      answers: ['--text-column', Object.keys(known[0].payment).join(','), '--label-column', 'is_fraud'],
      fresh: freshFile,
      truth: unknown.map(({ is_fraud }) => is_fraud),
      ceiling: {
        metric: 'average_precision',
        value: bestAveragePrecision(seed),
        because: 'of a ranking by the true probability, on 200,000 payments',
      },
    };
  },
};
