import type { RunJson } from '@agon/contract';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { chooseProvider } from '../providers/choose-provider.ts';
import { probe } from './kinds/probe.ts';
import { type StartPorts, startRun } from './start-run.ts';

/** Asks a provider what it can do: a run of probes, whose readings become its capabilities. */
export async function checkProvider(
  command: { readonly actor: Actor; readonly provider: string; readonly model: string },
  deps: StartPorts & Pick<Ports, 'providers' | 'providerRules'>,
): Promise<RunJson> {
  const { actor, model } = command;
  requireRole(actor, 'researcher');
  requireScope(actor, 'write');
  const provider = await chooseProvider(
    { actor, provider: command.provider, baseUrl: null, apiKeyEnv: null },
    deps,
  );
  const calls = probe.plan({}, 1, []);
  return startRun(
    {
      actor,
      kind: 'probe',
      campaignId: null,
      provider,
      subject: provider.name,
      config: {},
      calls,
      model,
      concurrency: calls.length,
      budgetUsd: null,
      seed: 1,
    },
    deps,
  );
}
