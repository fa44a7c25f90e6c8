import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type PoolState = { readonly state: string; readonly connections: number };

export type MetricsOptions = {
  /** Event loop, memory, garbage collection. Off in tests: it starts observers. */
  readonly processMetrics?: boolean;
  /** Connections of this database by state, asked at each scrape. */
  readonly readPool?: () => Promise<readonly PoolState[]>;
};

/** Prometheus metrics of one api process. */
export function createMetrics(options: MetricsOptions = {}) {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'agon_http_requests_total',
    help: 'Requests by route and status.',
    labelNames: ['route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'agon_http_request_duration_seconds',
    help: 'Time from the arrival of a request to its reply, by route.',
    labelNames: ['route'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const votes = new Counter({
    name: 'agon_votes_total',
    help: 'Votes that were answered as counted by this process, replays included.',
    registers,
  });
  const refits = new Histogram({
    name: 'agon_board_reads_duration_seconds',
    help: 'Time to read a board, its fits included where they were not in memory.',
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const watchers = new Gauge({
    name: 'agon_board_watchers',
    help: 'Open event streams of boards.',
    registers,
  });
  const { readPool } = options;
  if (readPool !== undefined) {
    new Gauge({
      name: 'agon_database_connections',
      help: 'Connections to this database by state, all processes.',
      labelNames: ['state'],
      registers,
      async collect() {
        const states = await readPool().catch(() => []);
        this.reset();
        for (const { state, connections } of states) this.set({ state }, connections);
      },
    });
  }
  return {
    requestDone(route: string, status: number, seconds: number): void {
      requests.inc({ route, status });
      durations.observe({ route }, seconds);
    },
    voteCounted(): void {
      votes.inc();
    },
    boardRead(seconds: number): void {
      refits.observe(seconds);
    },
    watching(count: number): void {
      watchers.set(count);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
