/** The desk's words for what the staff calls return (docs/HTTP.md). */

import type { Citation, Control, MessageFrame } from "../shared/frames";

export type Priority = "stat" | "urgent" | "asap" | "routine";
export const PRIORITIES: readonly Priority[] = ["stat", "urgent", "asap", "routine"];

export interface Staff {
  id: string;
  name: string;
  roles: string[];
}

export interface Task {
  id: string;
  code: string;
  priority: Priority;
  status: "requested" | "accepted" | "completed";
  patient: string;
  patient_name: string;
  conversation: string;
  created: string;
  due: string | null;
  summary: string;
  claimed_by: string | null;
  claimed_by_name: string | null;
  disposition: string | null;
  notes: Array<{ at: string; text: string }>;
}

export interface Turn {
  message: string;
  at: string;
  route: string;
  confidence: number;
  level: number;
  category: string | null;
  mode: string;
  outcome: string;
  reasons: string[];
  passages: Array<{ title: string; source: string; version: string; score: number }>;
  tools: Array<{ name: string; outcome: string }>;
  /** `writes`: asked for words of the reply; used, they are what the patient reads. */
  model_calls: Array<{ model: string; prompt: string; outcome: string; writes: boolean }>;
  duration_ms: number;
}

export interface Draft {
  id: string;
  conversation: string;
  patient: string;
  patient_name: string;
  message: string;
  route: string;
  question: string;
  text: string;
  citations: Citation[];
  status: "pending" | "approved" | "edited" | "rejected";
  created: string;
  decided_by: string | null;
  reason: string | null;
}

export interface LedgerLine {
  at: string;
  kind: string;
  actor: string;
  message: string | null;
  data: Record<string, unknown>;
}

export interface Conversation {
  id: string;
  patient: {
    id: string;
    display_name: string;
    /** The rest is missing while the EHR does not answer. */
    birth_date?: string;
    language?: string;
    phone?: string;
    preferred_channel?: string;
  };
  control: Control;
  staff: { id?: string; name: string } | null;
  messages: MessageFrame[];
  turns: Turn[];
  events: LedgerLine[];
  drafts: Draft[];
  tasks: Task[];
}

export type LiveFrame =
  | { type: "ready" }
  | { type: "task"; task: Task }
  | { type: "draft"; draft: Draft }
  | { type: "message"; conversation: string; message: MessageFrame }
  | { type: "control"; conversation: string; by: Control; staff: { id?: string; name: string } | null };
