import type { Caller } from '../../auth/index.ts';
import type { DecisionService } from '../../services/decision-service.ts';
import type { EndpointService } from '../../services/endpoint-service.ts';
import type { EnrolmentKeyService } from '../../services/enrolment-key-service.ts';
import type { EventService } from '../../services/event-service.ts';
import type { MetricService } from '../../services/metric-service.ts';
import type { PathService } from '../../services/path-service.ts';
import type { PolicyService } from '../../services/policy-service.ts';
import type { SiteService } from '../../services/site-service.ts';
import type { TransportLinkService } from '../../services/transport-link-service.ts';

/** The services that operations are answered by. */
export interface GraphqlServices {
  readonly sites: SiteService;
  readonly endpoints: EndpointService;
  readonly paths: PathService;
  readonly policies: PolicyService;
  readonly decisions: DecisionService;
  readonly events: EventService;
  readonly metrics: MetricService;
  readonly enrolmentKeys: EnrolmentKeyService;
  readonly transportLinks: TransportLinkService;
}

/** What every operation knows. */
export interface GraphqlContext {
  readonly services: GraphqlServices;
  /** Who asks; null for nobody. */
  readonly caller: Caller | null;
  /** Whether the caller may read. */
  readonly mayRead: boolean;
}
