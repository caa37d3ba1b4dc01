import type { FlowView } from '../../services/flow-service.ts';
import { flowList } from '../../services/lists/index.ts';
import { builder } from './builder.ts';
import { listFields } from './list-fields.ts';

const flowType = builder.objectRef<FlowView>('Flow').implement({
  description: 'A flow that is on its way now, as the edge of the site where it began sees it',
  fields: (t) => ({
    id: t.exposeID('id'),
    site: t.exposeString('site'),
    site_id: t.exposeID('siteId'),
    dest_site: t.exposeString('destSite', { nullable: true, description: 'Null for one that goes to no site' }),
    source: t.exposeString('source'),
    destination: t.exposeString('destination'),
    protocol: t.exposeString('protocol'),
    source_port: t.exposeInt('sourcePort', { nullable: true }),
    destination_port: t.exposeInt('destinationPort', { nullable: true }),
    application: t.exposeString('application', { nullable: true, description: 'Null: unknown' }),
    server_name: t.exposeString('serverName', { nullable: true, description: 'As DNS or the client last called it' }),
    policy_id: t.exposeInt('policyId', { nullable: true }),
    policy: t.exposeString('policy', { nullable: true }),
    path_id: t.exposeID('pathId', { nullable: true, description: 'Null where several paths share the flows' }),
    source_label: t.exposeString('sourceLabel', { nullable: true }),
    dest_label: t.exposeString('destLabel', { nullable: true }),
    bytes_sent: t.exposeFloat('bytesSent', { nullable: true }),
    bytes_received: t.exposeFloat('bytesReceived', { nullable: true }),
    packets_sent: t.exposeFloat('packetsSent', { nullable: true }),
    packets_received: t.exposeFloat('packetsReceived', { nullable: true }),
  }),
});

listFields('flows', {
  type: flowType,
  description: 'What flows now at sites whose edge is on the line, those with the most octets first',
  fields: flowList.fields,
  load: async (context, request) => flowList.page(await context.services.flows.list(), request),
});
