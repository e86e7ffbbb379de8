// The reference: applicant-proposing deferred acceptance with one heap per program, as fast as plain C++ makes it.
//
// A choice is packed as program | class << 24; a key as class << 56 | place << 24 | applicant, smaller first.
// Programs hold what comes while they have seats; when the last is taken the keys are made a max-heap, the worst on top,
// and that worst key is the cutoff: whoever is not below it is rejected without touching the heap.

#include <algorithm>
#include <cstdint>

using Key = uint64_t;
using Index = uint32_t;

namespace {

constexpr int kProgramBits = 24, kApplicantBits = 24, kClassShift = 56;
constexpr Index kProgram = (Index{1} << kProgramBits) - 1;
constexpr Key kApplicant = (Key{1} << kApplicantBits) - 1;
constexpr Key kLottery = (Key{1} << kClassShift) - 1;  // place and applicant: a key without its class
constexpr Index kAhead = 64;  // choices: the lists of the next newcomers are on their way when they are read
constexpr Key kEverybody = ~Key{0}, kNobody = 0;

// Put `key` at `hole` and let it sink below every worse key.
inline void sink(Key* heap, Index size, Index hole, Key key) {
  Index child = 2 * hole + 2;
  for (; child < size; child = 2 * hole + 2) {
    child -= heap[child - 1] > heap[child];
    if (heap[child] <= key) {
      heap[hole] = key;
      return;
    }
    heap[hole] = heap[child];
    hole = child;
  }
  if (--child < size && heap[child] > key) {
    heap[hole] = heap[child];
    hole = child;
  }
  heap[hole] = key;
}

}  // namespace

extern "C" {

struct Problem {
  Index n_applicants, n_programs;
  const Index* choice_start;  // [applicant + 1]
  const Index* choice;        // [application]
  const Index* seat_start;    // [program]
  const Index* capacity;      // [program]
  Key* seat;                  // [seat]       workspace: the keys held
  Key* cutoff;                // [program]    workspace
  Index* n_held;              // [program]    workspace
  Index* held;                // [applicant]  result: the application held, or the end of the list
};

void propose_and_reject(const Problem* problem, const Index* place) {
  const Problem p = *problem;
  for (Index program = 0; program < p.n_programs; ++program)
    p.cutoff[program] = p.capacity[program] > 0 ? kEverybody : kNobody;
  std::fill_n(p.n_held, p.n_programs, Index{0});

  for (Index newcomer = 0; newcomer < p.n_applicants; ++newcomer) {
    Index applicant = newcomer, application = p.choice_start[newcomer], end = p.choice_start[newcomer + 1];
    __builtin_prefetch(p.choice + end + kAhead);
    Key lottery = Key{place[newcomer]} << kApplicantBits | newcomer;
    for (;; ++application) {
      if (application == end) {
        p.held[applicant] = end;
        break;
      }
      const Index choice = p.choice[application], program = choice & kProgram;
      const Key key = Key{choice >> kProgramBits} << kClassShift | lottery;
      if (key >= p.cutoff[program]) continue;

      Key* const heap = p.seat + p.seat_start[program];
      const Index size = p.capacity[program];
      p.held[applicant] = application;
      if (p.n_held[program] < size) {  // a seat is vacant
        heap[p.n_held[program]++] = key;
        if (p.n_held[program] == size) {
          for (Index hole = size / 2; hole-- > 0;) sink(heap, size, hole, heap[hole]);
          p.cutoff[program] = heap[0];
        }
        break;
      }
      const Key bumped = heap[0];  // the worst holder ranks below the proposer, and goes on from the seat lost
      sink(heap, size, 0, key);
      p.cutoff[program] = heap[0];
      applicant = static_cast<Index>(bumped & kApplicant);
      application = p.held[applicant];
      end = p.choice_start[applicant + 1];
      lottery = bumped & kLottery;
    }
  }
}

}  // extern "C"
