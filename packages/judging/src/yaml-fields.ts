import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { JudgeFault } from './judge.ts';

export type Fault = (fault: JudgeFault) => void;

type Place = { readonly line: number; readonly column: number };

/** A mapping of the front matter, read field by field; every fault knows its place. */
export class Fields {
  private readonly nodes = new Map<string, { readonly place: Place; readonly value: Node | null }>();
  private readonly placeAt: (offset: number) => Place;
  private readonly fault: Fault;
  private readonly place: Place;

  constructor(
    map: YAMLMap,
    keys: readonly string[] | null,
    name: string,
    placeAt: (offset: number) => Place,
    fault: Fault,
    place: Place,
  ) {
    this.placeAt = placeAt;
    this.fault = fault;
    this.place = place;
    for (const { key, value } of map.items) {
      const node = key as Node;
      const at = placeAt(node.range?.[0] ?? 0);
      const text = isScalar(node) ? String(node.value) : '';
      if (keys !== null && !keys.includes(text)) {
        fault({
          ...at,
          message: `there is no field "${text}"${name === '' ? '' : ` in "${name}"`}`,
          hint: `Fields are ${keys.join(', ')}.`,
        });
      } else this.nodes.set(text, { place: at, value: value as Node | null });
    }
  }

  has(key: string): boolean {
    return this.nodes.has(key);
  }

  isMap(key: string): boolean {
    return isMap(this.nodes.get(key)?.value);
  }

  say(key: string, message: string, hint?: string): void {
    const place = this.nodes.get(key)?.place ?? this.place;
    this.fault({ ...place, message, ...(hint === undefined ? {} : { hint }) });
  }

  private scalar(key: string): unknown {
    const value = this.nodes.get(key)?.value;
    return isScalar(value) ? value.value : undefined;
  }

  text(key: string, otherwise?: string): string {
    if (!this.has(key) && otherwise !== undefined) return otherwise;
    const value = this.scalar(key);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    this.say(key, this.has(key) ? `"${key}" must be a text` : `"${key}" is missing`);
    return '';
  }

  literal(key: string, only: string): void {
    if (this.has(key) && this.scalar(key) !== only) this.say(key, `"${key}" must be ${only}`);
  }

  oneOf<T extends string>(key: string, choices: readonly T[], otherwise?: T): T | undefined {
    if (!this.has(key) && otherwise !== undefined) return otherwise;
    const value = this.scalar(key);
    if (choices.includes(value as T)) return value as T;
    const list = choices.join(', ');
    if (this.has(key)) this.say(key, `"${key}" must be one of ${list}`);
    else this.say(key, `"${key}" is missing`, `It is one of ${list}.`);
    return undefined;
  }

  number(key: string, least: number, most: number, otherwise: number, whole = false): number {
    if (!this.has(key)) return otherwise;
    const value = this.scalar(key);
    if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value)))
      return value;
    this.say(key, `"${key}" must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
    return otherwise;
  }

  list<T extends string>(key: string, choices: readonly T[], otherwise: readonly T[]): readonly T[] {
    if (!this.has(key)) return otherwise;
    const value = this.nodes.get(key)?.value;
    const items = isSeq(value) ? value.items.map((item) => (isScalar(item) ? item.value : null)) : null;
    const odd = items?.find((item) => !choices.includes(item as T));
    if (items !== null && odd === undefined && new Set(items).size === items.length) return items as T[];
    const hint = `Each is one of ${choices.join(', ')}, and stands there once.`;
    this.say(
      key,
      items === null ? `"${key}" must be a list` : `"${key}" cannot have "${String(odd ?? items)}"`,
      hint,
    );
    return otherwise;
  }

  map(key: string, keys: readonly string[] | null): Fields | null {
    const node = this.nodes.get(key);
    if (node === undefined) return null;
    if (isMap(node.value))
      return new Fields(node.value as YAMLMap, keys, key, this.placeAt, this.fault, node.place);
    this.say(key, `"${key}" must have fields`);
    return null;
  }

  numbers(key: string): Record<string, number> | null {
    if (!this.has(key)) this.say(key, `"${key}" is missing`, 'Say what each label is worth, from 0 to 1.');
    const fields = this.map(key, null);
    if (fields === null) return null;
    const numbers: Record<string, number> = {};
    for (const name of fields.nodes.keys()) {
      if (!/^[^\s<>[\]{}"]{1,16}$|^[A-Z]{1,2}[<>=]{1,2}[A-Z]{1,2}$/.test(name))
        fields.say(name, `"${name}" cannot be a label`, 'A label has 1 to 16 letters and no space.');
      numbers[name] = fields.number(name, 0, 1, 0);
    }
    return numbers;
  }
}
