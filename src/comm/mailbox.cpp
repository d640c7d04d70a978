#include "tomosweep/comm/mailbox.hpp"

#include <utility>

#include "mpi_check.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr int letter_tag = 19;

}  // namespace

mailbox::mailbox(const communicator& ranks) : ranks_(ranks.split(0)) {}

mailbox::~mailbox() {
    // Only a failure leaves letters that nobody collects.
    for (under_way& each : sent_)
        if (each.request != MPI_REQUEST_NULL)
            MPI_Request_free(&each.request);
}

void mailbox::post(std::span<const std::byte> text) {
    if (ranks_.root()) {
        own_.emplace_back(text.begin(), text.end());
        return;
    }
    require(text.size() <= communicator::largest_piece, "a letter holds less than a piece of a message");
    under_way& each = sent_.emplace_back(letter(text.begin(), text.end()), MPI_REQUEST_NULL);
    check(MPI_Isend(each.text.data(), static_cast<int>(text.size()), MPI_BYTE, 0, letter_tag, ranks_.handle(),
                    &each.request),
          "MPI_Isend");
    ++posted_;
    for (int done = 1; !sent_.empty() && done != 0;) {
        check(MPI_Test(&sent_.front().request, &done, MPI_STATUS_IGNORE), "MPI_Test");
        if (done != 0)
            sent_.pop_front();
    }
}

std::vector<mailbox::letter> mailbox::collect() {
    std::vector<letter> letters = std::exchange(own_, {});
    while (ranks_.root() && ranks_.size() > 1) {
        int found = 0, bytes = 0;
        MPI_Message arriving = MPI_MESSAGE_NULL;
        MPI_Status status;
        check(MPI_Improbe(MPI_ANY_SOURCE, letter_tag, ranks_.handle(), &found, &arriving, &status), "MPI_Improbe");
        if (found == 0)
            break;
        check(MPI_Get_count(&status, MPI_BYTE, &bytes), "MPI_Get_count");
        letter& text = letters.emplace_back(static_cast<std::size_t>(bytes));
        check(MPI_Mrecv(text.data(), bytes, MPI_BYTE, &arriving, MPI_STATUS_IGNORE), "MPI_Mrecv");
        ++received_;
    }
    return letters;
}

std::vector<mailbox::letter> mailbox::collect_all() {
    const std::int64_t awaited = ranks_.sum(posted_);
    std::vector<letter> letters = collect();
    while (ranks_.root() && received_ < awaited)
        for (letter& text : collect())
            letters.push_back(std::move(text));
    for (under_way& each : sent_)
        check(MPI_Wait(&each.request, MPI_STATUS_IGNORE), "MPI_Wait");
    sent_.clear();
    return letters;
}

}  // namespace tomosweep
