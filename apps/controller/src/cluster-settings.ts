import { hostname } from 'node:os';
import type { FieldProblem } from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { SettingRule } from './setting-rule.ts';

const optional = (pattern: string) => Type.Union([Type.Null(), Type.String({ pattern })]);
const hostPort = '[A-Za-z0-9._-]+:[0-9]{1,5}';

/** The settings of several controllers, as `settings.ts` has them. */
export const clusterRules = {
  nodeId: {
    variable: 'PATRONUS_NODE_ID',
    schema: optional('^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$'),
    fallback: null,
    expected: 'up to 48 letters, digits and ._-',
    about: 'what this controller is called where several are told',
    otherwise: 'the name of this machine',
  },
  clusterPeers: {
    variable: 'PATRONUS_CLUSTER_PEERS',
    schema: optional(`^${hostPort}(,${hostPort})*$`),
    fallback: null,
    expected: 'HOST:PORT with commas, like node2:8081,node3:8082',
    about: 'the other controllers; several on one database are not supported, so that a start with any is refused',
    otherwise: 'none',
  },
  redisUrl: {
    variable: 'PATRONUS_REDIS_URL',
    schema: optional('^rediss?://.+$'),
    fallback: null,
    expected: 'redis://HOST:PORT or rediss://HOST:PORT',
    about:
      'a cache that several controllers share; one controller keeps its own, and says at the start that it is not used',
    otherwise: 'none',
    secret: true,
  },
  etcdEndpoints: {
    variable: 'PATRONUS_ETCD_ENDPOINTS',
    schema: optional(`^(https?://)?${hostPort}(,(https?://)?${hostPort})*$`),
    fallback: null,
    expected: 'HOST:PORT with commas',
    about: 'where several controllers elect a leader; one needs none, and says at the start that it is not used',
    otherwise: 'none',
  },
} satisfies Record<string, SettingRule>;

type ClusterSettingValues = { readonly [K in keyof typeof clusterRules]: Static<(typeof clusterRules)[K]['schema']> };

/** What cannot be done. */
export const clusterProblems = ({ clusterPeers }: ClusterSettingValues): FieldProblem[] =>
  clusterPeers === null
    ? []
    : [
        {
          field: 'clusterPeers',
          problem: 'names other controllers, and several on one database are not supported',
          remedy: 'leave PATRONUS_CLUSTER_PEERS out, and run one controller',
        },
      ];

/** What is set and has no effect, a sentence each. */
export const unusedSettings = ({ redisUrl, etcdEndpoints }: ClusterSettingValues): string[] => [
  ...(redisUrl === null ? [] : ['PATRONUS_REDIS_URL is not used: one controller keeps its caches itself']),
  ...(etcdEndpoints === null ? [] : ['PATRONUS_ETCD_ENDPOINTS is not used: one controller needs no election']),
];

/** What this controller is called. */
export const nodeIdOf = ({ nodeId }: ClusterSettingValues): string =>
  nodeId ??
  (hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 48) ||
    'controller');
