import type { ListedAnswer } from '../../serving/endpoints/answers.ts';

export function feedbackText({ score, label, correction, comment }: ListedAnswer['feedback'][number]): string {
  const thumb = score === 'up' ? 'good' : score === 'down' ? 'bad' : score;
  const parts = [thumb, label && `label ${label}`, correction && `corrected: ${correction}`, comment];
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
}
