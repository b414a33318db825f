import { stringify } from 'yaml';

/** Alert rules for the server's /metrics. The server runs the tests itself, so the rules need no thresholds. */
export function prometheusRules(): string {
  const rule = (
    alert: string,
    expr: string,
    { severity, wait, told }: { severity: string; wait: string; told: string },
  ) => ({
    alert,
    expr,
    for: wait,
    labels: { severity },
    annotations: { summary: told },
  });
  const rules = [
    rule('AttuneAnswersChanged', 'attune_alarm_open > 0', {
      severity: 'warning',
      wait: '0m',
      told: '{{ $labels.model_name }}: {{ $labels.signal }} has changed; see `attune monitor {{ $labels.model_name }}`',
    }),
    rule('AttuneAnswersUnwritten', 'increase(attune_answers_unwritten[15m]) > 0', {
      severity: 'warning',
      wait: '0m',
      told: 'answers cannot be recorded: check the disk and the log',
    }),
    rule('AttuneServerFails', 'sum(rate(attune_requests_total{status=~"5..",path!="/ready"}[5m])) > 0.1', {
      severity: 'critical',
      wait: '5m',
      told: 'requests fail on the server: read its log',
    }),
  ];
  return stringify({ groups: [{ name: 'attune', rules }] });
}
