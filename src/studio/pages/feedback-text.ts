export interface Feedback {
  score?: string | number | null;
  label?: string | null;
  correction?: string | null;
  comment?: string | null;
}

export function feedbackText({ score, label, correction, comment }: Feedback): string {
  const thumb = score === 'up' ? 'good' : score === 'down' ? 'bad' : score;
  const parts = [thumb, label && `label ${label}`, correction && `corrected: ${correction}`, comment];
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
}
