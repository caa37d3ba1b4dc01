/** Parts of the controller, for those who measure them one by one or fill a database. */
export { AuditLog } from './audit/index.ts';
export { openDatabase, Store, type Db } from './database/index.ts';
export { DecisionService } from './services/decision-service.ts';
export { collectGarbage } from './services/memory-trimmer.ts';
export { MetricService } from './services/metric-service.ts';
export { PathService } from './services/path-service.ts';
export { QosLines } from './services/qos-lines.ts';
export { TelemetryService } from './services/telemetry-service.ts';
export { TrafficService } from './services/traffic-service.ts';
