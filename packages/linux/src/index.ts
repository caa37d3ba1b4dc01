export * from './command-runner.ts';
export * from './link-monitor.ts';
export * from './machine/index.ts';
export * from './native/index.ts';
export * from './postgres-server.ts';
export * from './userspace-tunnels.ts';
export * from './wireguard-devices.ts';
export * from './wireguard-keys.ts';
