// SPDX-License-Identifier: MIT
// Only allows declarations without a body.
