import { describe, expect, it } from 'vitest';
import { retentionPeriods } from './retention-periods.ts';

describe('retention periods', () => {
  it('are those of the settings, and for ever where a setting is 0', () => {
    const keepDays = { keepMetricsDays: 91, keepStatisticsDays: 92, keepTrafficDays: 400, keepSlaDays: 401 };
    const told = retentionPeriods({ ...keepDays, keepEventsDays: 90, keepAuditDays: 0 });
    expect(Object.fromEntries(told.map(({ kept, days }) => [kept, days]))).toEqual({
      events: 90,
      path_metrics: 91,
      policy_statistics: 92,
      traffic: 400,
      sla: 401,
      audit: null,
    });
  });
});
