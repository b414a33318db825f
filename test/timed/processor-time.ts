/**
 * Processor time, and what it is compared with: a bound in seconds would be one of this machine. Tests here run alone,
 * and each says how many times the cost of something simple its work may take.
 */

/** The least of some tries, in milliseconds: what else runs on the machine adds to some of them only. */
export async function processorTime(work: () => unknown, tries = 5): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < tries; i++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** So many multiplications and additions of numbers that lie side by side. */
export function multiplyAdds(count: number): number {
  const [a, b] = [new Float32Array(4096).fill(1.0001), new Float32Array(4096).fill(0.5)];
  let sum = 0;
  for (let done = 0; done < count; done += a.length) for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
