import type { QosQueueView } from '../../services/qos-lines.ts';
import type { ApiServices } from '../api-services.ts';
import type { Family } from './metrics-text.ts';
import { label } from './traffic-text.ts';

/** The queues of uplinks that are shaped. */
export async function qosFamilies({ qosLines }: Pick<ApiServices, 'qosLines'>): Promise<Family[]> {
  const lines = await qosLines.list();
  const labelled = lines.map((line) => {
    const labels = `endpoint_id="${line.endpointId}",site="${label(line.site)}",label="${label(line.label)}"`;
    return [labels, line] as const;
  });
  const each = (read: (queue: QosQueueView) => number | bigint) =>
    labelled.flatMap(([labels, { classes }]) =>
      classes.map((queue) => [`{${labels},class="${label(queue.class)}"}`, read(queue)] as const),
    );
  const rates = labelled.flatMap(([labels, { rateBps }]) =>
    rateBps === null ? [] : [[`{${labels}}`, rateBps] as const],
  );
  const failures = labelled.map(([labels, { problem }]) => [`{${labels}}`, problem === null ? 0 : 1] as const);
  return [
    ['patronus_qos_line_rate_bits_per_second', 'gauge', 'What an uplink is shaped to', rates],
    ['patronus_qos_line_unavailable', 'gauge', '1 where the kernel of the edge refuses to shape', failures],
    ['patronus_qos_packets_total', 'counter', 'Packets that left by a class', each(({ packets }) => packets)],
    ['patronus_qos_bytes_total', 'counter', 'IP octets that left by a class', each(({ bytes }) => bytes)],
    ['patronus_qos_dropped_packets_total', 'counter', 'Packets that a class gave up', each(({ drops }) => drops)],
    ['patronus_qos_backlog_bytes', 'gauge', 'Octets that wait in a class', each((queue) => queue.backlogBytes)],
    ['patronus_qos_delay_seconds', 'gauge', 'How long packets of a class wait', each(({ delayMs }) => delayMs / 1_000)],
  ];
}

/** How paths kept to the SLAs of policies. */
export async function slaFamilies({ slaReport }: Pick<ApiServices, 'slaReport'>): Promise<Family[]> {
  const policies = (await slaReport.policies()).map(
    (policy) => [`{policy_id="${policy.id}",policy="${label(policy.name)}"}`, policy] as const,
  );
  const each = (figure: 'inSeconds' | 'outSeconds' | 'open') =>
    policies.map(([labels, policy]) => [labels, policy[figure]] as const);
  return [
    ['patronus_sla_in_seconds_total', 'counter', 'Time of all paths within the bounds of a policy', each('inSeconds')],
    ['patronus_sla_out_seconds_total', 'counter', 'Time of all paths out of its bounds', each('outSeconds')],
    ['patronus_sla_violations', 'gauge', 'Paths that are out of the bounds of a policy now', each('open')],
  ];
}
