/** What people send, as the OpenAPI document shows it. Each is valid by the schema that it stands beside. */
export const inputExamples = {
  site: {
    name: 'berlin',
    location: 'Berlin, DE',
    prefixes: ['10.7.0.0/24'],
    tags: ['retail'],
    time_zone: 'Europe/Berlin',
    endpoints: [
      { label: 'broadband', device: 'eth0', address: '192.0.2.7', up_bps: 100_000_000, down_bps: 500_000_000 },
      { label: 'lte', device: 'wwan0', nat: true, cost: 50, profile: 'metered' },
    ],
  },
  siteChanges: { location: 'Berlin-Mitte, DE' },
  endpoint: { site: 'berlin', label: 'mpls', device: 'eth1', address: '192.0.2.8' },
  endpointChanges: { cost: 80 },
  policy: {
    name: 'voice',
    priority: 100,
    description: 'Calls take what is quick',
    match_conditions: { protocol: 'udp', destination_ports: [{ from: 16_384, to: 32_767 }] },
    action: { type: 'steer', sla: { max_delay_ms: 150, max_loss_percent: 1 } },
  },
  policyChanges: { priority: 90, enabled: false },
  customApplication: {
    name: 'erp',
    title: 'Our ERP',
    category: 'business',
    signatures: [{ domains: ['erp.example.com'], ports: [{ protocol: 'tcp' as const, from: 8000, to: 8009 }] }],
  },
  applicationChanges: { signatures: [{ domains: ['*.erp.example.com'] }] },
  policyPreview: { create: [{ name: 'backup', priority: 50 }], delete: [7] },
  policyOrder: { order: [{ id: 3, version: 2 }, { id: 2 }] },
  hostSet: { name: 'printers', description: 'All floors', members: ['10.7.0.32/28', '10.7.0.9'] },
  hostSetChanges: { members: ['10.7.0.32/28'] },
  enrolmentKey: { site: 'berlin', max_uses: 1, expires_in_seconds: 3_600 },
  failover: { reason: 'the line is rebuilt', expires_in_seconds: 1_800 },
  transportLinks: { links: [{ a: 'broadband', b: 'broadband' }] },
  acknowledgement: { ids: ['0198f1c2-5d7e-7a30-9c44-2f6f5b1f9a10'] },
  eventSink: {
    name: 'on-call',
    filter: { severities: ['warning', 'error'] },
    webhook: { url: 'https://hooks.example.com/patronus' },
  },
  eventSinkChanges: { enabled: false },
  application: {
    documents: [
      { apiVersion: 'patronus/v1', kind: 'Site', metadata: { name: 'berlin' }, spec: { location: 'Berlin, DE' } },
    ],
    dry_run: true,
  },
  login: { username: 'admin', password: 'Correct-Horse-7-Battery' },
} as const;
