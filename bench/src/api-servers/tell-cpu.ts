/** Answers each message `cpu` with the processor time that this process has taken, in microseconds. */
export function tellCpu(): void {
  process.on('message', (message) => {
    if (message !== 'cpu') return;
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system });
  });
}
