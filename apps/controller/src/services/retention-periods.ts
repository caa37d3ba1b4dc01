/** How long the controller keeps something before it drops it for good. */
export interface RetentionPeriod {
  readonly kept: string;
  /** Null: for ever. */
  readonly days: number | null;
  /** The environment variable that sets it. */
  readonly setting: string;
}

/** Days by setting; 0 is for ever. */
export interface KeptDays {
  readonly keepEventsDays: number;
  readonly keepMetricsDays: number;
  readonly keepStatisticsDays: number;
  readonly keepTrafficDays: number;
  readonly keepSlaDays: number;
  readonly keepAuditDays: number;
}

/** What is kept and for how long, by the settings in force. */
export const retentionPeriods = (days: KeptDays): readonly RetentionPeriod[] => [
  period('events', days.keepEventsDays, 'PATRONUS_KEEP_EVENTS_DAYS'),
  period('path_metrics', days.keepMetricsDays, 'PATRONUS_KEEP_METRICS_DAYS'),
  period('traffic', days.keepTrafficDays, 'PATRONUS_KEEP_TRAFFIC_DAYS'),
  period('policy_statistics', days.keepStatisticsDays, 'PATRONUS_KEEP_STATISTICS_DAYS'),
  period('sla', days.keepSlaDays, 'PATRONUS_KEEP_SLA_DAYS'),
  period('audit', days.keepAuditDays, 'PATRONUS_KEEP_AUDIT_DAYS'),
];

const period = (kept: string, days: number, setting: string): RetentionPeriod => ({
  kept,
  days: days === 0 ? null : days,
  setting,
});
