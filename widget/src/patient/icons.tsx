/** The few drawings of the widget; each is decoration beside words or an accessible name. */

import type { ComponentChildren } from "preact";

const Icon = ({ children }: { children: ComponentChildren }) => (
  <svg
    class="icon"
    viewBox="0 0 24 24"
    width="24"
    height="24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    {children}
  </svg>
);

export const ChatIcon = () => (
  <Icon>
    <path d="M21 12a8 8 0 0 1-8 8H4l1.8-3A8 8 0 1 1 21 12Z" />
    <path d="M9 11h7M9 14h4" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);
export const SendIcon = () => (
  <Icon>
    <path d="M5 12h13M12 5l7 7-7 7" />
  </Icon>
);
export const PhoneIcon = () => (
  <Icon>
    <path d="M6.5 3.5 9 4l1.2 4-2 1.6a12 12 0 0 0 6.2 6.2l1.6-2 4 1.2.5 2.5c.2 1.6-1 3-2.6 3A15.4 15.4 0 0 1 3.5 6.100c0-1.600 1.400-2.800 3-2.600Z" />
  </Icon>
);
export const PersonIcon = () => (
  <Icon>
    <circle cx="12" cy="8" r="4" />
    <path d="M4.500 20.500a7.500 7.500 0 0 1 15 0" />
  </Icon>
);
export const UpIcon = () => (
  <Icon>
    <path d="M7 11v9H4v-9h3Zm0 0 4-7c1.500 0 2.500 1.200 2.200 2.700L12.700 9.500H18a2 2 0 0 1 2 2.400l-1.300 6.500A2 2 0 0 1 16.700 20H7" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="M7 13V4H4v9h3Zm0 0 4 7c1.500 0 2.500-1.200 2.200-2.700l-.5-2.800H18a2 2 0 0 0 2-2.400l-1.300-6.500A2 2 0 0 0 16.700 4H7" />
  </Icon>
);
