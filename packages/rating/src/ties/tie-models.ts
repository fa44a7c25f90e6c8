/** Models of three outcomes that estimate how often equals tie, instead of splitting each tie into halves. */
const TIE_MODELS = ['davidson', 'rao-kupper'] as const;
export type TieModel = (typeof TIE_MODELS)[number];

/**
 * One pair's part of the log-likelihood and its derivatives by the gap d = θ_i − θ_j and by η; the curvatures are minus
 * the second derivatives, so they are never negative on the diagonal.
 */
export type TieTerms = {
  value: number;
  slopeGap: number;
  slopeEta: number;
  curveGap: number;
  curveBoth: number;
  curveEta: number;
};

/**
 * Davidson (1970): wins, ties and losses as e^{d/2} : e^η : e^{−d/2}, ν = e^η.
 * Rao and Kupper (1967): P(win) = σ(d − η), P(loss) = σ(−d − η), the rest ties; η > 0.
 * Both log-likelihoods are concave in (θ, η).
 * @param wins @param ties @param losses (weighted) counts from i's side, >= 0
 * @param terms where the answer is written
 */
export function tieTerms(
  model: TieModel,
  gap: number,
  eta: number,
  wins: number,
  ties: number,
  losses: number,
  terms: TieTerms,
): void {
  if (model === 'davidson') davidson(gap, eta, wins, ties, losses, terms);
  else raoKupper(gap, eta, wins, ties, losses, terms);
}

function davidson(d: number, eta: number, w: number, t: number, l: number, terms: TieTerms): void {
  const top = Math.max(Math.abs(d) / 2, eta);
  const win = Math.exp(d / 2 - top);
  const loss = Math.exp(-d / 2 - top);
  const tie = Math.exp(eta - top);
  const sum = win + loss + tie;
  const [pw, pl, pt] = [win / sum, loss / sum, tie / sum];
  const n = w + t + l;
  terms.value = (w * d) / 2 - (l * d) / 2 + t * eta - n * (top + Math.log(sum));
  terms.slopeGap = 0.5 * (w - l - n * (pw - pl));
  terms.slopeEta = t - n * pt;
  terms.curveGap = 0.25 * n * (pw + pl - (pw - pl) ** 2);
  terms.curveBoth = -0.5 * n * (pw - pl) * pt;
  terms.curveEta = n * pt * (1 - pt);
}

function raoKupper(d: number, eta: number, w: number, t: number, l: number, terms: TieTerms): void {
  const forI = logSigmoid(d - eta);
  const forJ = logSigmoid(-d - eta);
  const [pw, pl] = [Math.exp(forI), Math.exp(forJ)];
  // 1 − σ(x) = σ(−x), without cancellation
  const [qw, ql] = [Math.exp(logSigmoid(eta - d)), Math.exp(logSigmoid(d + eta))];
  const a = w + t;
  const c = l + t;
  const rest = -Math.expm1(-2 * eta);
  terms.value = a * forI + c * forJ + (t === 0 ? 0 : t * (2 * eta + Math.log(rest)));
  terms.slopeGap = a * qw - c * ql;
  terms.slopeEta = -a * qw - c * ql + (2 * t) / rest;
  const wide = a * pw * qw;
  const deep = c * pl * ql;
  terms.curveGap = wide + deep;
  terms.curveBoth = -(wide - deep);
  terms.curveEta = wide + deep + (4 * t * Math.exp(-2 * eta)) / rest ** 2;
}

/** How often two equal models tie, 0..1. */
export function tieShareOfEquals(model: TieModel, eta: number): number {
  return model === 'davidson' ? 1 / (1 + 2 * Math.exp(-eta)) : Math.tanh(eta / 2);
}

/** The η under which equal models tie this often, 0 < share < 1: where a fit starts. */
export function etaOfTieShare(model: TieModel, share: number): number {
  return model === 'davidson' ? Math.log((2 * share) / (1 - share)) : 2 * Math.atanh(share);
}

/** ln(1 / (1 + e^−x)) without overflow. */
export function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}
