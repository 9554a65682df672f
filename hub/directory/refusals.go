package directory

import "huying/hub/refusal"

// The refusals that every store gives in the same words.

// ErrUnknownPerson says that no person has that ID or account.
func ErrUnknownPerson() error {
	return refusal.New(refusal.UnknownPerson, "没有这个人员，请核对账号。")
}

// ErrAccountTaken says that somebody else has the account.
func ErrAccountTaken() error {
	return refusal.At(refusal.AccountTaken, "account", "这个账号已有人使用，请换一个。")
}

// ErrNoPhoto says that a person gave no photo.
func ErrNoPhoto() error {
	return refusal.New(refusal.NoPhoto, "这个人还没有照片。")
}

// ErrUnknownKiosk says that no kiosk has that ID.
func ErrUnknownKiosk() error {
	return refusal.New(refusal.UnknownKiosk, "没有这台终端，请核对终端编号。")
}

// ErrKioskExists says that a kiosk with that ID was added before.
func ErrKioskExists() error {
	return refusal.At(refusal.KioskExists, "kiosk", "这个终端编号已经登记过，请换一个序号。")
}

// ErrBadCode says that a code is unknown, used or expired; never which, for
// who guesses must not learn it.
func ErrBadCode() error {
	return refusal.New(refusal.BadCode, "登记码无效、已用过或已过期，请核对，或请管理员重新发码。")
}
