/** What an edge does only where its kernel lets it; where it does not, everything else works. */
export type Feature = 'duplication' | 'counting' | 'flow_log' | 'breakout' | 'outer_dscp';
