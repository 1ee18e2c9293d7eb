// What a strip hands from the thread that read it to the global table.
#pragma once
#include <vector>

#include "agg/group_states.h"

namespace millrace::agg {

struct Strip final : StripState {
  uint32_t local_id = 0;
  GroupStates states;
  // By slot: the local group, in order of first appearance. Unset when slots are the local groups themselves.
  bool slots_are_groups = true;
  PodVector<uint32_t> groups;
  // When slots are groups: those that have rows. Unset when all have.
  bool all_touched = true;
  PodVector<uint32_t> touched;
  // Of a domain with flat states, instead of a list: whether a place has rows. Unset where its states count them.
  bool whole_domain = false;
  PodVector<uint8_t> has_rows;
  // The key columns of the local groups found since the strip before this one.
  std::vector<Column> new_keys;
  uint32_t new_groups = 0;
};

}  // namespace millrace::agg
